"""What a PostgreSQL server is at this moment: primary, standby, closed to us, or silent."""

from dataclasses import dataclass
from enum import StrEnum

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo

from scripts import postgresql
from scripts.exit_codes import ExitCode
from scripts.failover.waiting import within
from scripts.faults import OpsError
from scripts.postgresql import Session

CONNECT_SECONDS = "3"
"""A server that accepts no connection for so long is taken to be silent: somebody waits."""

ANSWER_SECONDS = 10
"""A server that has taken a connection and does not say what it is keeps us out."""

PORT = "5432"

_ASK = """
    SELECT pg_is_in_recovery(),
        current_setting('default_transaction_read_only') = 'on',
        (SELECT system_identifier FROM pg_control_system()),
        extract(epoch FROM pg_postmaster_start_time()),
        CASE WHEN pg_is_in_recovery()
            THEN coalesce(
                (SELECT received_tli FROM pg_stat_wal_receiver),
                (SELECT timeline_id FROM pg_control_checkpoint())
            )
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
        END,
        (CASE WHEN pg_is_in_recovery()
            THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
            ELSE pg_current_wal_insert_lsn()
        END - '0/0'::pg_lsn)::bigint,
        extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8,
        has_function_privilege('pg_promote(boolean, integer)', 'EXECUTE'),
        (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""


class Role(StrEnum):
    """What a server is, as far as it can be seen from here."""

    PRIMARY = "primary"
    STANDBY = "standby"
    CLOSED = "does not let us in"
    SILENT = "does not answer"


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One server, as it was seen.

    Args:
        address: host:port.
        said: why no session could be opened, in the driver's words.
        read_only: new transactions write nothing unless they ask for it: it is fenced.
        instance: tells apart servers and their restarts, whatever name led there.
        timeline: which line of history it is on; a promotion begins another one.
        position: in the write-ahead log, in bytes: of a primary what it has written, of a standby
            what it has received.
        silence_seconds: of a standby, since the last commit that it has replayed.
        may_promote, may_fence: what its role has a right to.
    """

    address: str
    role: Role
    said: str = ""
    read_only: bool = False
    system: int | None = None
    instance: tuple[int, float] | None = None
    timeline: int | None = None
    position: int | None = None
    silence_seconds: float | None = None
    may_promote: bool = False
    may_fence: bool = False

    @property
    def takes_writes(self) -> bool:
        """Whether it is a primary that is not fenced."""
        return self.role is Role.PRIMARY and not self.read_only


def address(connection: dict[str, str]) -> str:
    """Return host:port of a server."""
    return f"{connection.get('host', 'localhost')}:{connection.get('port', PORT)}"


def session(connection: dict[str, str]) -> Session:
    """Open a session as `postgresql.connect`, and give up soon."""
    return postgresql.connect({"connect_timeout": CONNECT_SECONDS, **connection}, "failover")


def answers(connection: dict[str, str]) -> bool:
    """Whether there is a PostgreSQL server at all, even one that is starting or lets nobody in."""
    asked = make_conninfo("", **{"connect_timeout": CONNECT_SECONDS, **connection})
    return pq.PGconn.ping(asked.encode()) in {pq.Ping.OK, pq.Ping.REJECT}


def observe(connection: dict[str, str]) -> Observed:
    """Look at a server. One that cannot be asked is a result, not an error."""

    def ask() -> Observed:
        with session(connection) as asked:
            return state(asked, address(connection))

    try:
        return within(ANSWER_SECONDS, ask)
    except (psycopg.OperationalError, TimeoutError) as error:
        role = Role.CLOSED if answers(connection) else Role.SILENT
        said = " ".join(str(error).split())
        return Observed(address=address(connection), role=role, said=said)


def state(asked: Session, name: str) -> Observed:
    """Return what the server of a session is."""
    row = asked.execute(_ASK).fetchone()
    if row is None:
        raise OpsError(f"{name} did not say what it is.", ExitCode.UNREACHABLE)
    in_recovery, read_only, system, started, timeline, position, silence, promotes, is_super = row
    return Observed(
        address=name,
        role=Role.STANDBY if in_recovery else Role.PRIMARY,
        read_only=read_only,
        system=system,
        instance=(system, float(started)),
        timeline=timeline,
        position=position,
        silence_seconds=silence,
        may_promote=promotes,
        may_fence=is_super,
    )
