"""Several runs at once, and a database that changes under them."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from scripts.backup.verify import VerifyRequest, run_verify
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench, ignore
from tests.scripts.concurrency import together
from tests.scripts.killing import unlocked
from tests.services.postgresql import Server

ROWS = "CREATE TABLE t AS SELECT n, repeat('x', 500) AS body FROM generate_series(1, 2000) n"
PAUSE_SECONDS = 0.3
NAME = "o\"d'd näme; -- $x\\y"


@pytest.fixture
def live(bench: Bench) -> Bench:
    awkward.create(bench.server, "live", ROWS)
    return bench


def test_of_backups_at_once_one_is_made_and_the_others_are_told(live: Bench) -> None:
    results = together(*[lambda: live.backup("live")] * 3)

    refused = [error for error in results if error]
    assert all(isinstance(each, OpsError) and each.code == ExitCode.LOCKED for each in refused)
    assert len(live.repository.listing().finished) == results.count(None) >= 1
    assert len({key.split("/")[1] for key in live.written()}) == results.count(None)


def test_of_restores_at_once_none_spoils_another(live: Bench) -> None:
    manifest = live.backup("live")

    def restore() -> None:
        live.restore(manifest, "live", replace=True, confirmed="live")

    results = together(restore, restore)

    refused = [error for error in results if error]
    assert all(isinstance(each, OpsError) and each.code == ExitCode.LOCKED for each in refused)
    databases = live.server.databases()
    assert len(databases) == 1 + results.count(None) >= 2
    assert all(live.server.rows("SELECT count(*) FROM t", name) == [(2000,)] for name in databases)


def test_a_backup_of_a_database_that_is_being_replaced_is_whole_or_none(live: Bench) -> None:
    manifest = live.backup("live")

    backed_up, restored = together(
        lambda: live.backup("live"),
        lambda: live.restore(manifest, "live", replace=True, confirmed="live"),
    )

    assert restored is None
    assert backed_up is None or explained(backed_up), "a sentence and no fault of ours"
    unlocked(lambda: live.backup("live"))
    for made, _ in live.repository.listing().finished:
        request = VerifyRequest(manifest=made, jobs=1, scratch=live.connection("postgres"))
        assert run_verify(live.repository, request, report=live.said.append, advance=ignore).ok


def test_a_trial_on_a_server_in_use_leaves_only_what_was_there(live: Bench) -> None:
    manifest = live.backup("live")
    live.server.create("ops_verify_0123456789ab")
    live.server.create("ops_verify_of_mine")
    request = VerifyRequest(manifest=manifest, jobs=1, scratch=live.connection("postgres"))

    def trial() -> None:
        assert run_verify(live.repository, request, report=live.said.append, advance=ignore).ok

    assert together(trial, trial) == [None, None]
    assert live.server.databases() == ["live", "ops_verify_of_mine"]


@contextmanager
def changing(server: Server, statements: list[str]) -> Generator[None]:
    """Run statements on `live` again and again until the end of the block."""
    done = threading.Event()

    def change() -> None:
        with server.connect("live") as session:
            while not done.is_set():
                for statement in statements:
                    session.execute(statement.encode())
                    # Without a pause no moment would be consistent.
                    done.wait(PAUSE_SECONDS)

    with ThreadPoolExecutor(1) as threads:
        changed = threads.submit(change)
        try:
            yield
        finally:
            done.set()
            changed.result()


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE short_lived (x int)", "DROP TABLE short_lived"],
        ["CREATE SEQUENCE passing", "DROP SEQUENCE passing"],
        ["CREATE SCHEMA s CREATE TABLE u (x int)", "DROP SCHEMA s CASCADE"],
        ["ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO t"],
        ["CREATE INDEX i ON t (n)", "DROP INDEX i"],
        ["TRUNCATE other", "INSERT INTO other SELECT generate_series(1, 100)"],
    ],
    ids=["table", "sequence", "schema", "rename", "index", "truncate"],
)
def test_what_comes_and_goes_meanwhile_is_there_as_a_whole_or_not(
    live: Bench, statements: list[str]
) -> None:
    live.server.run("CREATE TABLE other AS SELECT generate_series(1, 100) AS x", "live")
    with changing(live.server, statements):
        made = live.backup("live")
    live.restore(made, "back")

    (table,) = [each.name for each in made.tables if each.rows == 2000]
    query = f"SELECT count(*), sum(n), min(length(body)) FROM {table}"  # noqa: S608
    assert live.server.rows(query, "back") == [(2000, 2001000, 500)]
    assert live.server.rows("SELECT count(*) FROM other", "back") in ([(100,)], [(0,)])


def test_a_database_that_is_dropped_meanwhile_leaves_no_backup(live: Bench) -> None:
    def drop(_done: int, _total: int) -> None:
        live.server.drop_all()

    with pytest.raises((psycopg.Error, OpsError)) as raised:
        live.backup("live", advance=drop)

    assert explained(raised.value)
    assert live.repository.listing().finished == []


def test_names_of_everything_may_have_quotes_spaces_and_any_letters(bench: Bench) -> None:
    quoted = NAME.replace('"', '""')
    bench.server.run(f'DROP ROLE IF EXISTS "{quoted}"; CREATE ROLE "{quoted}" CONNECTION LIMIT 3')
    script = """
        CREATE SCHEMA "%"; SET search_path = "%";
        CREATE TABLE "%" ("%" int PRIMARY KEY, "b%" text); INSERT INTO "%" VALUES (1, 'one');
        CREATE SEQUENCE "s%" START 7; CREATE INDEX "i%" ON "%" ("b%");
        ALTER TABLE "%" OWNER TO "%";
    """.replace("%", quoted)
    awkward.create(bench.server, NAME, script)
    before = awkward.dumped(bench.server, NAME)

    manifest = bench.backup(NAME)
    bench.restore(manifest, NAME, replace=True, confirmed=NAME, drop_old=True)
    bench.server.drop_all()
    bench.server.run(f'DROP ROLE "{quoted}"')
    bench.restore(manifest, NAME, create_roles=True)

    assert bench.server.databases() == [NAME]
    assert awkward.dumped(bench.server, NAME) == before
    with bench.server.connect() as session:
        query = "SELECT rolconnlimit FROM pg_roles WHERE rolname = %s"
        assert session.execute(query, [NAME]).fetchall() == [(3,)]
