"""Failing over: fence, catch up, promote, prove, point, move. In this order, whatever happens."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg

from scripts import locks
from scripts.failover import clients, fence, journal, observation, plan, pointing, promotion
from scripts.failover.loss import Lag, lag
from scripts.failover.observation import Role
from scripts.failover.plan import Course, Plan, Request
from scripts.faults import OpsError
from scripts.locks import DatabaseLock
from scripts.postgresql import Session

Tell = Callable[[str], None]
"""Hears what is going on, in sentences."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a failover ended.

    Args:
        primary: address of the server that is the primary now.
        changed: False when it was one already and nothing was left to do.
        lost: of write-ahead log that the old primary had written.
        seconds: from the decision to the first commit on the new primary.
        warnings: what a person ought to do still.
    """

    primary: str
    changed: bool
    lost: Lag
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


def steps(made: Plan, request: Request) -> list[str]:
    """Return what `fail_over` would do, one sentence a step."""
    old, new = made.primary.address, made.standby.address
    found: list[str] = []
    if made.course is Course.TAKE_OVER:
        if made.primary.role is Role.PRIMARY:
            found += [
                f"Make {old} read-only and end its sessions.",
                f"Wait until {new} has all that it has written.",
            ]
        if request.fence_command:
            found.append(f"End {old}: `{request.fence_command}`; nothing may answer any more.")
        elif made.primary.role is not Role.PRIMARY:
            found.append(f"Rely on your word that {old} is off and stays off.")
        found.append(f"Promote {new} and wait until it takes writes.")
    if made.course is not Course.NOTHING:
        found.append(f"Commit on {new}.")
        if request.env_file:
            found.append(f"Point DB_HOST and DATABASE_URL in {request.env_file} at {new}.")
        if line := clients.command(request.reconnect_command, _folder(request)):
            found.append(f"Move the clients: `{line}`.")
    return found


def fail_over(request: Request, tell: Tell) -> Result:
    """Make the standby the primary and let the application know.

    Run again after it was cut off at any point, it goes on from there.

    Raises:
        OpsError: it may not be done, or could not be finished; says what was touched.
    """
    # One that cannot be asked is told of by the plan, in a sentence with advice.
    before = plan.make(request)
    if before.refusal:
        raise before.refusal
    with _held(request) as (standby, lock):
        # Somebody else may have done it before the lock was ours.
        made = plan.make(request)
        if made.refusal:
            raise made.refusal
        if made.course is Course.NOTHING:
            return Result(primary=made.standby.address, changed=False, lost=made.lag)
        about = {"standby": made.standby.address, "primary": made.primary.address}
        journal.write(request.log, journal.BEGUN, {**about, "lag": asdict(made.lag)})
        started, lost = time.monotonic(), made.lag
        if made.course is Course.TAKE_OVER:
            lost = _take_over(request, made, standby, lock, tell)
        warnings = _begin_service(made, standby)
        seconds = round(time.monotonic() - started, 3)
        tell(f"{made.standby.address} is the primary and has committed, after {seconds} s.")
        warnings += _tell_the_application(request, tell)
        finished = {**about, "lost": asdict(lost), "seconds": seconds}
        try:
            journal.write(request.log, journal.FINISHED, finished)
        except OpsError as fault:
            warnings.append(f"All is done but the record of it. {fault}")
    return Result(
        primary=made.standby.address,
        changed=True,
        lost=lost,
        seconds=seconds,
        warnings=tuple(warnings),
    )


@contextmanager
def _held(request: Request) -> Generator[tuple[Session, DatabaseLock]]:
    """Hold the lock on this machine and on the standby, which outlives its promotion."""
    with (
        locks.file_lock(request.log.parent, "failover"),
        observation.session(request.standby) as standby,
        locks.database_lock(standby, "failover") as lock,
    ):
        yield standby, lock


def _take_over(
    request: Request, made: Plan, standby: Session, lock: DatabaseLock, tell: Tell
) -> Lag:
    try:
        lost = _fence(request, made, standby, tell)
        if refusal := plan.too_much(lost, request):
            raise refusal
        lock.check()
    except BaseException:
        _give_up(request, made)
        raise
    tell(f"Promoting {made.standby.address} …")
    promotion.promote(standby)
    return lost


def _fence(request: Request, made: Plan, standby: Session, tell: Tell) -> Lag:
    """Return what is lost once the old primary writes nothing more."""
    behind: int | None = None
    if made.primary.role is Role.PRIMARY:
        tell(f"Making {made.primary.address} read-only and ending its sessions …")
        behind = promotion.catch_up(standby, fence.close(request.primary))
        # Before what cannot be taken back.
        if refusal := plan.too_much(Lag(size_bytes=behind, seconds=None), request):
            raise refusal
    if request.fence_command:
        tell(f"Ending {made.primary.address}: {request.fence_command}")
        fence.shut_down(request.primary, request.fence_command)
    seen = observation.state(standby, made.standby.address)
    if behind is not None:
        return Lag(size_bytes=behind, seconds=seen.silence_seconds)
    # The primary that kept us out has gone on writing until now.
    return lag(observation.observe(request.primary), seen, request.primary_data)


def _give_up(request: Request, made: Plan) -> None:
    """Nothing was promoted: let the primary go on if it is there."""
    if made.primary.role is Role.PRIMARY:
        with suppress(psycopg.Error):
            fence.open_again(request.primary)
    about = {"standby": made.standby.address, "primary": made.primary.address}
    with suppress(OpsError):  # whoever reads has to learn why it was given up
        journal.write(request.log, journal.GIVEN_UP, about)


def _begin_service(made: Plan, standby: Session) -> list[str]:
    warnings: list[str] = []
    if promotion.wait_for_nobody(standby):
        warnings.append(
            f"synchronous_standby_names was emptied on {made.standby.address}: commits would have "
            "waited for a standby that is not there. `ops failover --rejoin` sets it back."
        )
    promotion.prove(standby)
    return warnings


def _tell_the_application(request: Request, tell: Tell) -> list[str]:
    warnings: list[str] = []
    if request.env_file is None:
        host = request.standby.get("host", "localhost")
        warnings.append(f"No .env was changed: set DB_HOST={host} where the application reads it.")
    else:
        old, new = pointing.address(request.primary), pointing.address(request.standby)
        pointing.rewrite(request.env_file, lambda text: pointing.pointed(text, old, new))
        tell(f"{request.env_file} points at {new}.")
    folder = _folder(request)
    if line := clients.command(request.reconnect_command, folder):
        tell(f"Moving the clients: {line}")
        clients.move(line, folder)
    else:
        warnings.append(
            "There is no RECONNECT_COMMAND and no compose file beside .env: servers that keep "
            "their old connection string have to be restarted by hand."
        )
    return warnings


def _folder(request: Request) -> Path:
    return request.env_file.resolve().parent if request.env_file else Path.cwd()
