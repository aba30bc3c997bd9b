"""VACUUM and ANALYZE, table by table, so that it shows how far it is and can be stopped."""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.locks import database_lock
from scripts.postgresql import Session

LOCK_SECONDS = 60
"""How long to wait for a table that somebody else has locked before it is left out."""

# Partitions are vacuumed one by one; of their parent only the statistics are to be made, which
# neither VACUUM of a partition nor autovacuum does. Sizes are those of the catalogue: to measure
# one would wait for whoever has the table locked.
_TABLES = """
    SELECT n.nspname, c.relname, c.relkind = 'p'
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
      AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY c.relkind = 'p', c.relpages DESC, 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table to maintain."""

    schema: str
    name: str
    is_parent: bool
    """Of partitions: it has statistics and no rows of its own."""

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Done:
    """What was done to one table."""

    table: str
    statement: str
    seconds: float
    fault: str
    """Why it was left out; empty when it was not."""


def tables(session: Session) -> list[Table]:
    """Every table of the database, the largest first, parents of partitions last."""
    return [
        Table(schema=schema, name=name, is_parent=is_parent)
        for schema, name, is_parent in session.execute(_TABLES).fetchall()
    ]


def maintain(
    session: Session,
    lock_session: Session,
    *,
    analyze_only: bool,
    starting: Callable[[Table, int], None],
) -> Generator[Done]:
    """Yield what was done to each table, as it is done.

    A table that is locked, or that belongs to somebody else, is left out and the rest goes on. An
    interrupt cancels the statement that is running, in the server too, and passes on.

    Args:
        session: in autocommit mode.
        lock_session: another one, which holds the lock.
        analyze_only: bring the planner's statistics up to date, and nothing else.
        starting: told which table comes next, and how many there are.

    Raises:
        OpsError: REFUSED on a standby, where nothing can be written; LOCKED when it runs already.
    """
    standby = session.execute("SELECT pg_is_in_recovery()").fetchone()
    if standby and standby[0]:
        raise OpsError(
            "This is a standby, which takes all of its maintenance from the primary: point "
            "DATABASE_URL at the primary.",
            ExitCode.REFUSED,
        )
    with database_lock(lock_session, "maintenance"):
        session.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'".encode())
        todo = tables(session)
        for table in todo:
            starting(table, len(todo))
            yield _one(session, table, "ANALYZE" if analyze_only else _statement(table))


def _statement(table: Table) -> str:
    return "ANALYZE" if table.is_parent else "VACUUM (ANALYZE)"


def _one(session: Session, table: Table, statement: str) -> Done:
    said: list[str] = []

    def note(diagnostic: psycopg.errors.Diagnostic) -> None:
        # Of a table that it may not touch, PostgreSQL only warns.
        if diagnostic.severity_nonlocalized == "WARNING":
            said.append(diagnostic.message_primary or "")

    began = time.monotonic()
    session.add_notice_handler(note)
    try:
        session.execute(
            sql.SQL("{} {}").format(
                sql.SQL("ANALYZE" if statement == "ANALYZE" else "VACUUM (ANALYZE)"),
                sql.Identifier(table.schema, table.name),
            )
        )
    except psycopg.errors.LockNotAvailable:
        said.append(f"somebody else has had it locked for {LOCK_SECONDS} s")
    except psycopg.errors.UndefinedTable:
        said.append("it has been dropped meanwhile")
    finally:
        session.remove_notice_handler(note)
    return Done(
        table=str(table),
        statement=statement,
        seconds=round(time.monotonic() - began, 2),
        fault="; ".join(said),
    )
