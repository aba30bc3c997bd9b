"""Several sessions that see the same moment, and hold every lock that they will need."""

import contextlib
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from psycopg import sql

from scripts.backup import catalogue
from scripts.backup.catalogue import Source
from scripts.backup.workers import Handler, Stop, Worker, start
from scripts.faults import OpsError
from scripts.postgresql import Session

ATTEMPTS: Final = 20
PAUSE_SECONDS: Final = 1.0
LOCK_SECONDS: Final = 10
DUMP_LOCK_SECONDS: Final = 2
"""pg_dump waits in vain for a change that waits for us, and so does the application."""

_SETTINGS: Final = """
    SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0;
    SET lock_timeout = 0;
    -- A row that may not be seen is a fault and not left out.
    SET row_security = off;
    SET search_path = pg_catalog;
    -- Each value is written so that it can be read again, wherever.
    SET DateStyle = ISO;
    SET IntervalStyle = postgres;
    SET TimeZone = UTC;
    SET extra_float_digits = 3;
    SET bytea_output = hex;
    -- Rows come as they lie: a trial compares them in that order.
    SET synchronize_seqscans = off;
    SET max_parallel_workers_per_gather = 0
"""
_BEGIN: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_SNAPSHOT: Final = """
    SELECT pg_export_snapshot(), now(), current_setting('server_version_num')::int,
        (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
              ELSE pg_current_wal_lsn() END)::text
"""


class BusyError(Exception):
    """Somebody is changing tables at this moment."""


@dataclass(frozen=True, kw_only=True)
class Join:
    """Asks a worker to see what the keeper sees, and to lock every table."""

    name: str
    sources: list[Source]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A moment of the database, as all sessions see it.

    Args:
        keeper: the session that holds it.
        workers: processes for reading rows, each with a session that has a lock on every table.
        stop: makes the workers give up.
    """

    keeper: Session
    workers: list[Worker]
    stop: Stop
    taken_at: datetime
    name: str
    server_version: int
    wal_position: str
    sources: list[Source]


def prepare(session: Session) -> None:
    """Make values come out the same in every session, and in the database's own encoding."""
    session.execute(_SETTINGS)
    session.execute("SELECT set_config('client_encoding', getdatabaseencoding(), false)")


@contextmanager
def shared(
    open_session: Callable[[], Session],
    reader: Callable[[Stop], Handler],
    workers: int,
    attempts: int = ATTEMPTS,
) -> Generator[Snapshot]:
    """Give sessions that see one moment, and end them.

    Args:
        reader: called in each worker: what that one does with a message.
        workers: how many.

    Locks come before the snapshot: a table that is rewritten in between would look empty to it. And
    every session locks every table at once: one that asked later could wait for a change that waits
    for another of these sessions, for ever. A change that comes now waits until the end.

    Raises:
        OpsError: tables were being changed all the time.
    """
    for attempt in range(attempts):
        with ExitStack() as stack:
            try:
                snapshot = _take(stack, open_session, reader, workers)
            except BusyError:
                if attempt + 1 == attempts:
                    break
            else:
                yield snapshot
                return
        time.sleep(PAUSE_SECONDS)
    raise OpsError(
        f"Tables were being created, altered or dropped at each of {attempts} attempts to get a "
        "consistent view. Run this again when migrations have ended."
    )


def _take(
    stack: ExitStack,
    open_session: Callable[[], Session],
    reader: Callable[[Stop], Handler],
    number: int,
) -> Snapshot:
    stop = Stop()
    # Started before anything is locked: what is waited for then is as short as can be.
    workers = _workers(stack, open_session, lambda: _joining(reader(stop)), number)
    keeper = open_session()
    stack.callback(_end, keeper)
    _begin(keeper)
    listed = catalogue.tables(keeper)
    keeper.execute(f"ROLLBACK; {_BEGIN}".encode())
    _lock(keeper, listed, wait=True)
    taken = keeper.execute(_SNAPSHOT).fetchone()
    sources = catalogue.tables(keeper)
    if taken is None or {each.oid for each in sources} != {each.oid for each in listed}:
        raise BusyError
    name, taken_at, server_version, wal_position = taken
    for worker in workers:
        worker.ask(Join(name=name, sources=sources))
    return Snapshot(
        keeper=keeper,
        workers=workers,
        stop=stop,
        name=name,
        taken_at=taken_at,
        server_version=server_version,
        wal_position=wal_position,
        sources=sources,
    )


def _workers(
    stack: ExitStack,
    open_session: Callable[[], Session],
    handler: Callable[[], Handler],
    number: int,
) -> list[Worker]:
    started: list[Worker] = []
    for _ in range(number):
        worker = start(open_session, handler, started)
        stack.callback(worker.end)
        started.append(worker)
    for worker in started:
        worker.ask(None)
    return started


def _joining(read: Handler) -> Handler:
    """Return a handler that begins a transaction, joins the snapshot, then reads."""

    def handle(session: Session, message: object) -> object:
        match message:
            case None:
                _begin(session)
                return None
            case Join():
                session.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(message.name))
                _lock(session, message.sources, wait=False)
                return None
            case _:
                return read(session, message)

    return handle


def _begin(session: Session) -> None:
    prepare(session)
    session.execute(_BEGIN)


def _lock(session: Session, sources: list[Source], *, wait: bool) -> None:
    """Keep tables from being changed, not from being read and written."""
    if not sources:
        return
    names = sql.SQL(", ").join(sql.SQL("ONLY {}").format(each.identifier) for each in sources)
    patience = sql.SQL("" if wait else " NOWAIT")
    try:
        session.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'".encode())
        session.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE{}").format(names, patience))
        session.execute("SET LOCAL lock_timeout = 0")
    except (psycopg.errors.LockNotAvailable, psycopg.errors.UndefinedTable) as error:
        raise BusyError from error


def _end(session: Session) -> None:
    with contextlib.suppress(psycopg.Error):
        session.close()
