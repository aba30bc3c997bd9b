"""A new database beside the live one, and the rename that puts it in its place.

Until the rename, which is one transaction, the live database is not touched. The old one is kept
under a name with the time.
"""

import contextlib
import itertools
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg import sql

from scripts import postgresql
from scripts.backup import load
from scripts.backup.manifest import Manifest
from scripts.faults import OpsError
from scripts.postgresql import Session

MAINTENANCE: Final = "postgres"
"""No restore can replace it: one has to be in it to rename others."""

NAME_BYTES: Final = 63
"""PostgreSQL cuts longer names off."""

RESTORING: Final = "_restoring_"
"""Between a database's name and the time, in the name of what takes its place once it is whole."""

RENAME_ATTEMPTS: Final = 20
END_SECONDS: Final = 0.2

UNFINISHED: Final = "ops restore: unfinished, remove at will"
"""Comment of a database that is being restored; what has it is in nobody's use."""
KEPT: Final = "ops restore: was {name} until {time}"

_END_SESSIONS: Final = """
    SELECT pg_terminate_backend(a.pid)
    -- A worker of autovacuum has no role: a rename ends it by itself.
    FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
    WHERE a.datname = ANY (%s) AND a.pid <> pg_backend_pid()
      -- One that may not be ended would keep all others from being ended.
      AND (NOT r.rolsuper OR current_setting('is_superuser') = 'on')
"""

Report = Callable[[str], None]


def maintenance(connection: dict[str, str]) -> dict[str, str]:
    """Return the parameters of the database to be in while others are renamed."""
    return {**connection, "dbname": MAINTENANCE}


def is_template(session: Session, name: str) -> bool:
    """Whether other databases are made from that one."""
    query = "SELECT FROM pg_database WHERE datname = %s AND datistemplate"
    return session.execute(query, [name]).fetchone() is not None


def exists(session: Session, name: str) -> bool:
    """Whether the server has that database."""
    query = "SELECT FROM pg_database WHERE datname = %s"
    return session.execute(query, [name]).fetchone() is not None


def kept_databases(session: Session, name: str) -> list[str]:
    """Return the databases that earlier restores of this one have kept, the oldest first."""
    query = """
        SELECT datname FROM pg_database d
        WHERE starts_with(shobj_description(d.oid, 'pg_database'), %s) ORDER BY 1
    """
    beginning = KEPT.format(name=name, time="")
    return [kept for (kept,) in session.execute(query, [beginning]).fetchall()]


def drop_kept(connection: dict[str, str], names: Sequence[str]) -> None:
    """Remove databases that earlier restores have kept."""
    with postgresql.connect(maintenance(connection), "restore") as session:
        for name in names:
            drop(session, name)


def occupied(session: Session, connection: dict[str, str]) -> bool:
    """Whether the database is there and has something in it."""
    name = connection["dbname"]
    return exists(session, name) and not is_empty(connection, name)


@contextmanager
def fresh_database(session: Session, name: str, manifest: Manifest) -> Generator[str]:
    """Give a new database, which is dropped when the block fails."""
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    fresh = _named(name, f"{RESTORING}{stamp}")
    load.create_database(session, fresh, manifest)
    try:
        _comment(session, fresh, UNFINISHED)
        yield fresh
    except BaseException:
        # A session that was cut leaves it to the next run.
        with contextlib.suppress(psycopg.Error):
            drop(session, fresh)
        raise


def put_in_place(
    session: Session, connection: dict[str, str], fresh: str, backup: str
) -> str | None:
    """Rename the live database away and the fresh one to its name, both or none.

    A rename waits until nobody is in the database and lets nobody in meanwhile.

    Args:
        session: with the server, in another database.
        connection: parameters of the live database.
        fresh: the new database's name.
        backup: identifier of the backup that it holds.

    Returns:
        The name of the database that was live before; None when there was none.

    Raises:
        OpsError: others enter the database faster than they can be sent away.
    """
    name = connection["dbname"]
    now = datetime.now(UTC)
    kept = _kept_name(session, name, now) if exists(session, name) else None
    refusals: list[str] = []
    for attempt in range(1, RENAME_ATTEMPTS + 1):
        try:
            with (
                _ending_sessions(connection, [name, fresh]) as refusals,
                session.transaction(),
            ):
                if kept:
                    _rename(session, name, kept)
                    time = now.isoformat(timespec="seconds")
                    _comment(session, kept, KEPT.format(name=name, time=time))
                _rename(session, fresh, name)
                _comment(session, name, f"Restored from backup {backup}")
        except psycopg.errors.ObjectInUse:
            if attempt == RENAME_ATTEMPTS:
                told = f" PostgreSQL says: {refusals[0]}." if refusals else ""
                raise OpsError(
                    f"Database {name} is in use again and again, so that it cannot be renamed; it "
                    f"is what it was.{told} Stop the application and run this again."
                ) from None
        else:
            return kept
    return None


def _kept_name(session: Session, name: str, now: datetime) -> str:
    """Return a name that no database has: two restores can fall into one second."""
    suffix = f"_until_{now:%Y%m%d_%H%M%S}"
    more = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
    names = (_named(name, suffix + text) for text in more)
    return next(free for free in names if not exists(session, free))


@contextmanager
def _ending_sessions(connection: dict[str, str], names: list[str]) -> Generator[list[str]]:
    """End everybody's sessions in these databases, again and again until the block ends.

    Yields:
        A list that gets what PostgreSQL says when it does not let us.
    """
    done = threading.Event()
    refusals: list[str] = []

    def end_them() -> None:
        try:
            with postgresql.connect(maintenance(connection), "restore") as session:
                while not done.is_set():
                    session.execute(_END_SESSIONS, [names])
                    done.wait(END_SECONDS)
        except psycopg.Error as error:
            refusals.append(str(error).partition("\n")[0])

    thread = threading.Thread(target=end_them)
    thread.start()
    try:
        yield refusals
    finally:
        done.set()
        thread.join()


def kept_part(name: str) -> str:
    """Return what of a database's name is in the names of those that its restores begin with."""
    return _named(name, RESTORING, room=14).removesuffix(RESTORING)


def drop_unfinished(session: Session, name: str, report: Report) -> None:
    """Remove what killed restores of this database left; they never were live."""
    query = """
        SELECT datname FROM pg_database d WHERE left(datname, length(%s)) = %s
          AND coalesce(shobj_description(d.oid, 'pg_database'), %s) = %s
    """
    prefix = kept_part(name) + RESTORING
    found = session.execute(query, [prefix, prefix, UNFINISHED, UNFINISHED]).fetchall()
    for (left,) in found:
        drop(session, left)
        report(f"Removed {left}, which a restore that did not end had left.")


def is_empty(connection: dict[str, str], name: str) -> bool:
    """Whether a database of that server has no table, view, sequence or large object."""
    query = """
        SELECT NOT EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
          AND NOT EXISTS (SELECT FROM pg_largeobject_metadata)
    """
    with postgresql.connect({**connection, "dbname": name}, "restore") as session:
        row = session.execute(query).fetchone()
    return bool(row and row[0])


def _named(name: str, suffix: str, room: int = 0) -> str:
    """Return a name with a suffix, cut so that PostgreSQL does not cut the suffix."""
    most = NAME_BYTES - len(suffix) - room
    return name.encode()[:most].decode(errors="ignore") + suffix


def _rename(session: Session, old: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    session.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))


def _comment(session: Session, name: str, text: str) -> None:
    session.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), text))


def drop(session: Session, name: str) -> None:
    """Remove a database, whoever is in it."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    session.execute(statement.format(sql.Identifier(name)))
