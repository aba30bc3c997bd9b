"""Locks that two people, or a person and a timer, cannot both take.

Both kinds end with the process that holds them, however it ends: there is nothing to clean up.
"""

import fcntl
import getpass
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg
from psycopg.rows import TupleRow

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

PREFIX = "messaging-app"
"""Keeps these locks apart from other users of advisory locks in the same database."""

_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_HOLDER = """
    SELECT a.application_name, a.backend_start::timestamptz(0)
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended(%s, 0)
"""


def whoami(command: str) -> str:
    """Return who runs this, as other people see it in a session of PostgreSQL."""
    return f"ops {command} by {_user()}@{socket.gethostname()} ({os.getpid()})"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in /etc/passwd
        return str(os.getuid())


@dataclass(frozen=True)
class DatabaseLock:
    """A lock that is held as long as its session lives."""

    session: psycopg.Connection[TupleRow]

    def check(self) -> None:
        """Raise OpsError when the lock is lost: its session ended, somebody else may hold it."""
        try:
            self.session.execute("SELECT 1")
        except psycopg.Error:
            raise OpsError(
                "The connection that held the lock was cut, so that another run may have begun. "
                "Nothing more is written; run the same command again.",
            ) from None


@contextmanager
def database_lock(session: psycopg.Connection[TupleRow], procedure: str) -> Generator[DatabaseLock]:
    """Hold the lock of a procedure on the database that the session is in.

    Args:
        session: one in autocommit mode, used for nothing else meanwhile. Not through a pooler that
            gives a session to several clients.
        procedure: such as `backup`.

    Raises:
        OpsError: somebody else holds it; says who, and since when.
    """
    name = f"{PREFIX}:{procedure}"
    taken = session.execute(_TRY, [name]).fetchone()
    if taken is None or not taken[0]:
        holder = session.execute(_HOLDER, [name]).fetchone()
        who = f" by {holder[0]!r} since {holder[1]}" if holder else ""
        raise _held(procedure, who)
    try:
        yield DatabaseLock(session)
    finally:
        if not session.closed:
            session.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


@contextmanager
def file_lock(folder: Path, procedure: str) -> Generator[None]:
    """Hold the lock of a procedure among all who see this folder.

    Raises:
        OpsError: another process holds it; says which.
        OSError: the folder or the lock in it cannot be written, or the lock is a symbolic link.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Never truncated before it is held: it says who holds it. Nor through a link: whoever can write
    # to the folder would choose which file of ours is overwritten.
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
    with os.fdopen(os.open(folder / f"{procedure}.lock", flags, 0o644), "a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise _held(procedure, f" by {handle.read()!r}") from None
        _sign(handle, whoami(procedure))
        yield


def _sign(handle: IO[str], who: str) -> None:
    """Say who holds a lock. On a full disk nobody is named; it is held all the same."""
    handle.truncate(0)
    with suppress(OSError):
        os.write(handle.fileno(), who.encode())


def _held(procedure: str, who: str) -> OpsError:
    return OpsError(
        f"The lock of {procedure} is held{who}: it runs once at a time. "
        "Wait until that run has ended, then run this again.",
        ExitCode.LOCKED,
    )
