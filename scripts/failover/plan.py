"""What is to be done from here, or why nothing may be."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from scripts.exit_codes import ExitCode
from scripts.failover import fence, journal, pointing
from scripts.failover.loss import Lag, lag
from scripts.failover.observation import Observed, Role, observe
from scripts.faults import OpsError

MAX_LAG_BYTES = 16 * 1024 * 1024
"""What may be lost with a primary unasked: one segment of the write-ahead log."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A failover between two servers.

    Args:
        primary, standby: connection parameters; the role has to be a superuser.
        log: journal of failovers; the lock of this machine lies beside it.
        env_file: holds the connection strings of the application; None leaves them alone.
        max_lag_bytes: how much write-ahead log may be lost.
        accept_unknown_loss: go on although nobody can tell how much is lost.
        synchronous: commits wait for the standby, so that what it lacks was never acknowledged.
            Believed only where the loss cannot be measured.
        fence_command: line of the shell that ends the old primary.
        fenced_by_me: the operator has made sure that the old primary takes no writes.
        primary_data: data directory of the old primary, where it can be read here.
        reconnect_command: line of the shell that lets clients move.
        compose_file: of the application, as COMPOSE_FILE names it; clients move by it otherwise.
    """

    primary: dict[str, str] = field(repr=False)
    standby: dict[str, str] = field(repr=False)
    log: Path
    env_file: Path | None = None
    max_lag_bytes: int = MAX_LAG_BYTES
    accept_unknown_loss: bool = False
    synchronous: bool = False
    fence_command: str | None = None
    fenced_by_me: bool = False
    primary_data: Path | None = None
    reconnect_command: str | None = None
    compose_file: str | None = None


class Course(StrEnum):
    """Where a failover goes on."""

    TAKE_OVER = "take over"
    FINISH = "finish"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was seen, and what follows. With a refusal nothing is done."""

    primary: Observed
    standby: Observed
    lag: Lag
    course: Course = Course.NOTHING
    refusal: OpsError | None = None


def make(request: Request) -> Plan:
    """Look at both servers and decide. Nothing is touched.

    Raises:
        OpsError: the journal or `.env` cannot be read, or `.env` points elsewhere.
    """
    standby, primary = observe(request.standby), observe(request.primary)
    promoted = standby.role is Role.PRIMARY
    # A standby of somebody else, or the new primary itself, has no lag behind the old one.
    data = None if promoted else request.primary_data
    plan = Plan(primary=primary, standby=standby, lag=lag(primary, standby, data))
    refusal = _mistaken(plan) or (_two_primaries(plan) if promoted else _unsafe(plan, request))
    if refusal:
        return _with(plan, refusal=refusal)
    misdirected = _check_env_file(request)
    if not promoted:
        return _with(plan, course=Course.TAKE_OVER)
    if misdirected or journal.unfinished(request.log, standby.address):
        return _with(plan, course=Course.FINISH)
    return plan


def too_much(lost: Lag, request: Request) -> OpsError | None:
    """Return why a loss is not to be accepted."""
    if lost.size_bytes is not None:
        if lost.size_bytes <= request.max_lag_bytes:
            return None
        return OpsError(
            f"The standby lacks {lost.size_bytes:,} bytes of what the primary has written "
            f"({lost}), and {request.max_lag_bytes:,} may be lost. To lose them: "
            f"--max-lag-bytes {lost.size_bytes}.",
            ExitCode.REFUSED,
        )
    if request.accept_unknown_loss or request.synchronous:
        return None
    return OpsError(
        f"Nobody can tell how much the standby lacks ({lost}): the primary is lost, and its data "
        "cannot be read here. Name its data directory with PRIMARY_DATA_DIRECTORY, or accept the "
        "loss of what was committed since with --accept-unknown-loss. With SYNCHRONOUS_REPLICATION="
        "true nothing that was acknowledged is lost.",
        ExitCode.REFUSED,
    )


def _with(plan: Plan, *, course: Course = Course.NOTHING, refusal: OpsError | None = None) -> Plan:
    return Plan(
        primary=plan.primary, standby=plan.standby, lag=plan.lag, course=course, refusal=refusal
    )


def _mistaken(plan: Plan) -> OpsError | None:
    """Servers that are not a pair."""
    primary, standby = plan.primary, plan.standby
    if standby.role in {Role.SILENT, Role.CLOSED}:
        return OpsError(
            f"The standby {standby.address} {standby.role}: {standby.said.rstrip('.')}. Without it "
            "there is nothing to fail over to; nothing was touched. `ops restore latest` is what "
            "is left when it is lost too.",
            ExitCode.UNREACHABLE,
        )
    if primary.system is not None and primary.system != standby.system:
        return OpsError(
            f"{standby.address} is no standby of {primary.address}: their data have different "
            "origins (system identifiers). Correct DATABASE_URL and DATABASE_REPLICA_URL.",
            ExitCode.REFUSED,
        )
    if primary.role is Role.STANDBY and standby.role is Role.STANDBY:
        return OpsError(
            f"DATABASE_URL names {primary.address}, which is a standby: name the primary there, "
            "even when it is lost.",
            ExitCode.MISCONFIGURED,
        )
    return None


def _two_primaries(plan: Plan) -> OpsError | None:
    primary, standby = plan.primary, plan.standby
    if not primary.takes_writes or primary.instance == standby.instance:
        return None
    return OpsError(
        f"{primary.address} (timeline {primary.timeline}) and {standby.address} (timeline "
        f"{standby.timeline}) both take writes. Find out which one the application has written to, "
        "stop the other one, and run this again; `ops failover --rejoin` brings it back.",
        ExitCode.REFUSED,
    )


def _unsafe(plan: Plan, request: Request) -> OpsError | None:
    """Why the standby may not be promoted."""
    primary, standby = plan.primary, plan.standby
    if not standby.may_promote:
        return OpsError(
            f"The role in DATABASE_REPLICA_URL may not promote {standby.address}: take a superuser "
            "of the server.",
            ExitCode.REFUSED,
        )
    if primary.role is Role.PRIMARY:
        return _unfenceable(plan, request)
    if request.fence_command is None and primary.role is Role.CLOSED:
        return still_there(primary.address, primary.said)
    if request.fence_command is None and not request.fenced_by_me:
        return OpsError(
            f"The primary {primary.address} {primary.role}, so it may still take writes from "
            "others or come back. Set FENCE_COMMAND to a command that ends it, or make sure "
            "yourself that it is off and stays off, and say so with --fenced-by-me.",
            ExitCode.REFUSED,
        )
    return too_much(plan.lag, request)


def still_there(address: str, said: str = "") -> OpsError:
    """Return why nobody's word is taken for it that the primary is off."""
    closed = f" and does not let us in ({said.rstrip('.')})" if said else ""
    return OpsError(
        f"A server answers at {address}{closed}, so the primary is not off and may take writes. "
        "Set FENCE_COMMAND to a command that ends it, or switch its machine off, and run this "
        "again; nothing was promoted.",
        ExitCode.REFUSED,
    )


def _unfenceable(plan: Plan, request: Request) -> OpsError | None:
    primary = plan.primary
    if not primary.may_fence:
        return OpsError(
            f"The role in DATABASE_URL may not fence {primary.address}: take a superuser of the "
            "server.",
            ExitCode.REFUSED,
        )
    if request.fence_command is None and (who := fence.overrides(request.primary)):
        return OpsError(
            f"{primary.address} cannot be made read-only for {', '.join(who)}, which has a "
            "default_transaction_read_only of its own. Set FENCE_COMMAND to a command that ends "
            "the server.",
            ExitCode.REFUSED,
        )
    return None


def _check_env_file(request: Request) -> bool:
    """Whether `.env` still has to be pointed at the standby."""
    if request.env_file is None:
        return False
    old, new = pointing.address(request.primary), pointing.address(request.standby)
    text = pointing.read(request.env_file)
    if not pointing.names_a_database(text):
        raise OpsError(
            f"{request.env_file} has neither DB_HOST nor DATABASE_URL, so the application would "
            "stay with the old primary. Name its file with --env-file, or add --no-env-file and "
            "point it at the new primary yourself.",
            ExitCode.MISCONFIGURED,
        )
    return pointing.pointed(text, old, new) != text
