"""PostgreSQL: does the primary take writes, and does the replica follow it?"""

import psycopg
from psycopg.rows import TupleRow
from pydantic import SecretStr

from scripts import postgresql
from scripts.health.check import SECONDS, Finding, State, skipped
from scripts.postgresql import Session

LAG_WARNING_SECONDS = 30
"""As the alert ReplicationLag has it."""

LAG_CRITICAL_SECONDS = 300
"""So far behind, a failover would lose five minutes of messages."""

CONNECTIONS_WARNING = 0.8

# A number of its own is something that only a server that takes writes can give a transaction.
_PRIMARY = """
    SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
        current_setting('max_connections')::int
        - current_setting('superuser_reserved_connections')::int,
        split_part(version(), ' ', 2)
"""

# Tells apart servers and their restarts, whatever name led there: after a failover both settings
# may lead to one.
_INSTANCE = "SELECT system_identifier, pg_postmaster_start_time() FROM pg_control_system()"

# A replica that has replayed what it received may still be far behind what was written since it
# lost its primary: only the primary's own position tells.
_REPLICA = """
    SELECT pg_is_in_recovery(),
        CASE WHEN pg_is_in_recovery()
            THEN pg_wal_lsn_diff(%s::pg_lsn, pg_last_wal_replay_lsn()) END,
        extract(epoch FROM now() - pg_last_xact_replay_timestamp()),
        (SELECT count(*) FROM pg_stat_wal_receiver)
"""


def primary(url: SecretStr | None) -> list[Finding]:
    """Find out whether the primary takes writes, and how full it is."""
    if url is None:
        return [skipped("database", "DATABASE_URL")]
    with _connect(url, "DATABASE_URL") as session:
        row = session.execute(_PRIMARY).fetchone()
        assert row is not None  # noqa: S101  (one row without a table is always there)
        in_recovery, read_only, used, allowed, version = row
        if in_recovery or read_only:
            what = "is a standby" if in_recovery else "is set to read only"
            return [_critical("database", f"it {what}: nothing can be written")]
        session.execute("SELECT pg_current_xact_id()")
    state = State.WARNING if used > CONNECTIONS_WARNING * allowed else State.OK
    detail = f"writable, PostgreSQL {version}, {used} of {allowed} connections"
    return [Finding(name="database", state=state, detail=detail)]


def replica(url: SecretStr | None, primary_url: SecretStr | None) -> list[Finding]:
    """Find out how far the replica is behind the primary."""
    if url is None or primary_url is None:
        return [skipped("replica", "DATABASE_REPLICA_URL" if url is None else "DATABASE_URL")]
    with _connect(url, "DATABASE_REPLICA_URL") as following:
        written, primary_instance = _position(primary_url)
        row = following.execute(_REPLICA, [written]).fetchone()
        instance = following.execute(_INSTANCE).fetchone()
    assert row is not None  # noqa: S101  (one row without a table is always there)
    in_recovery, behind, seconds, receivers = row
    if not in_recovery:
        return [_critical("replica", _is_primary(written, alone=instance == primary_instance))]
    if written is None:
        return [_critical("replica", "it has no primary to follow that answers and takes writes")]
    lag = float(seconds or 0) if behind > 0 else 0.0
    detail = f"{max(0, int(behind))} bytes and {lag:.0f} s behind"
    if not receivers:
        return [_critical("replica", f"it does not receive from the primary: {detail}")]
    state = State.OK
    if lag > LAG_WARNING_SECONDS:
        state = State.CRITICAL if lag > LAG_CRITICAL_SECONDS else State.WARNING
    return [Finding(name="replica", state=state, detail=detail)]


def _is_primary(written: str | None, *, alone: bool) -> str:
    """Say what it means that the replica is no standby."""
    if alone:
        return (
            "its address is that of the primary itself, and nothing follows it: bring the old "
            "primary back as the replica"
        )
    if written is None:
        return "it takes writes itself, and DATABASE_URL leads to no primary that answers"
    return "it takes writes itself: there are two primaries"


def _position(url: SecretStr) -> tuple[str | None, TupleRow | None]:
    """Return how far the primary has written, None when it is none, and which server it is.

    Both are None when nobody answers.
    """
    try:
        with _connect(url, "DATABASE_URL") as session:
            row = session.execute(
                "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn()::text END"
            ).fetchone()
            instance = session.execute(_INSTANCE).fetchone()
    except psycopg.OperationalError:
        return None, None
    return row[0] if row else None, instance


def _connect(url: SecretStr, variable: str) -> Session:
    parameters = postgresql.parameters(url, variable)
    limited = {**parameters, "connect_timeout": str(SECONDS)}
    session = postgresql.connect(limited, "health")
    session.execute(f"SET statement_timeout = '{SECONDS}s'".encode())
    return session


def _critical(name: str, detail: str) -> Finding:
    return Finding(name=name, state=State.CRITICAL, detail=detail)
