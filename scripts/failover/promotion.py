"""The standby becomes the primary, and proves it with a commit."""

from contextlib import suppress

import psycopg

from scripts.failover.waiting import until
from scripts.faults import OpsError
from scripts.postgresql import Session

SECONDS = 60
"""Until a standby that was told to has replayed what it received and takes writes."""

RECEIVE_SECONDS = 30
"""Until a standby has the last of a primary that was closed."""

COMMIT_SECONDS = 10

_RECEIVED = """
    SELECT (greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn)::bigint
"""
_WAITS_FOR_NOBODY = "ALTER SYSTEM SET synchronous_standby_names = ''"
_PREFIX = "messaging-app.failover"


def received(standby: Session) -> int:
    """Return how much of the write-ahead log a standby has, in bytes."""
    row = standby.execute(_RECEIVED).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def catch_up(standby: Session, end: int) -> int:
    """Wait until the standby has all up to `end`; return how many bytes it lacks after all.

    One that an earlier run has told to become the primary receives nothing more, and lacks nothing:
    that run had waited here.
    """
    until(lambda: received(standby) >= end or takes_writes(standby), RECEIVE_SECONDS)
    return 0 if takes_writes(standby) else max(end - received(standby), 0)


def promote(standby: Session) -> None:
    """Make the standby the primary. It first replays all that it has received.

    Raises:
        OpsError: it did not become one in time.
    """
    # Not told to wait: a session that waits would keep the lock after its client has died.
    with suppress(psycopg.errors.ObjectNotInPrerequisiteState):  # it is one already
        standby.execute("SELECT pg_promote(wait => false)")
    if not until(lambda: takes_writes(standby), SECONDS):
        raise OpsError(
            f"The standby did not become the primary within {SECONDS} s; its log says why. "
            "Run this again to go on waiting."
        )


def takes_writes(server: Session) -> bool:
    """Whether it is no standby (any more)."""
    row = server.execute("SELECT pg_is_in_recovery()").fetchone()
    return row is not None and not row[0]


def wait_for_nobody(primary: Session) -> bool:
    """Let commits of a new primary succeed although no synchronous standby is there.

    Returns:
        Whether it was set to wait; `rejoin` sets it back.
    """
    row = primary.execute("SHOW synchronous_standby_names").fetchone()
    if row is None or not row[0]:
        return False
    standbys = primary.execute(
        "SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')"
    ).fetchone()
    if standbys and standbys[0]:
        return False
    primary.execute(_WAITS_FOR_NOBODY)
    primary.execute("SELECT pg_reload_conf()")
    return True


def prove(primary: Session) -> None:
    """Commit something, as an application would; it leaves nothing in any table.

    Raises:
        OpsError: the new primary does not commit.
    """
    try:
        primary.execute(f"SET statement_timeout = '{COMMIT_SECONDS}s'".encode())
        with primary.transaction():
            primary.execute("SET TRANSACTION READ WRITE")
            primary.execute("SELECT pg_logical_emit_message(true, %s, 'proof')", [_PREFIX])
    except psycopg.Error as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise OpsError(
            f"The standby was promoted, but a commit on it failed: {said}. The connection "
            "strings were left as they are; run this again."
        ) from None
