"""Rows by COPY through libpq: complete, cancelled half-way, faults with their own name."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from scripts.backup.copying import BLOCK, HEADER_BYTES, TRAILER, copy_out
from scripts.backup.manifest import Format
from scripts.postgresql import Session
from tests.scripts.backup.conftest import Bench


@pytest.fixture
def session(bench: Bench) -> Iterator[Session]:
    with bench.server.connect() as opened:
        yield opened


def copy(query: str, form: Format) -> sql.Composed:
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT {})").format(
        sql.SQL(query),  # pyright: ignore[reportArgumentType]
        sql.SQL(form),
    )


SERIES = "SELECT n, repeat('x', {width}) FROM generate_series(1, {rows}) n"


ENDLESS = "SELECT generate_series(1, 2000000000), repeat('x', 100)"
"""Unlike one in FROM, it is sent as it is made."""


@pytest.mark.parametrize("form", ["binary", "text"])
@pytest.mark.parametrize(
    ("rows", "width"), [(0, 1), (1, 1), (20_000, 3), (3_000, 2_000), (2, 3 * BLOCK)]
)
def test_the_blocks_are_what_psycopg_reads_row_by_row(
    session: Session, form: Format, rows: int, width: int
) -> None:
    query = copy(SERIES.format(rows=rows, width=width), form)
    with session.cursor() as cursor, cursor.copy(query) as told:
        expected = b"".join(told)
    if form == "binary":
        expected = expected[HEADER_BYTES:].removesuffix(TRAILER)

    with copy_out(session, query, form) as copied:
        blocks = [bytes(block) for block in copied.blocks()]

    assert b"".join(blocks) == expected
    assert copied.rows == rows
    assert all(len(block) < BLOCK + 2 * width + 100 for block in blocks)


def test_a_copy_that_nobody_reads_to_its_end_is_cancelled(session: Session) -> None:
    with (
        pytest.raises(RuntimeError, match="enough"),
        copy_out(session, copy(ENDLESS, "text"), "text") as copied,
    ):
        next(copied.blocks())
        raise RuntimeError("enough")

    assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_fault_in_the_middle_is_postgresqls_own(session: Session) -> None:
    query = copy("SELECT 1 / (n - 30000) FROM generate_series(1, 40000) n", "text")

    with (
        pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"),
        copy_out(session, query, "text") as copied,
    ):
        list(copied.blocks())

    assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_refused_copy_is_postgresqls_own_fault(session: Session) -> None:
    query = copy("SELECT missing", "text")
    with pytest.raises(psycopg.errors.UndefinedColumn), copy_out(session, query, "text"):
        pytest.fail("It began.")
    assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_goes_away_is_a_fault(bench: Bench, session: Session) -> None:
    with (
        pytest.raises(psycopg.OperationalError),
        copy_out(session, copy(ENDLESS, "text"), "text") as copied,
    ):
        with bench.server.connect() as other:
            other.execute("SELECT pg_terminate_backend(%s)", [session.info.backend_pid])
        for _ in copied.blocks():
            pass
