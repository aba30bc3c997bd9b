"""Failing over: fence, catch up, promote, prove, point, move. In this order, whatever happens."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
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
        if line := _reconnecting(request):
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
        run = _Run(request=request, made=made, standby=standby, lock=lock, tell=tell)
        journal.write(request.log, journal.BEGUN, {**run.about, "lag": asdict(made.lag)})
        started, lost = time.monotonic(), made.lag
        if made.course is Course.TAKE_OVER:
            lost = _take_over(run)
        warnings = _begin_service(made, standby)
        seconds = round(time.monotonic() - started, 3)
        tell(f"{made.standby.address} is the primary and has committed, after {seconds} s.")
        warnings += _tell_the_application(request, tell)
        finished = {**run.about, "lost": asdict(lost), "seconds": seconds}
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


@dataclass(frozen=True, kw_only=True)
class _Run:
    """A failover that has begun, with what it holds."""

    request: Request
    made: Plan
    standby: Session
    lock: DatabaseLock
    tell: Tell

    @property
    def about(self) -> dict[str, str]:
        """What the journal says of it."""
        return {"standby": self.made.standby.address, "primary": self.made.primary.address}

    @property
    def asked(self) -> dict[str, object]:
        """What the journal says of the promotion: once restarted a standby has forgotten it."""
        instance = self.made.standby.instance
        return {**self.about, "instance": list(instance) if instance else None}


def _take_over(run: _Run) -> Lag:
    request, new = run.request, run.made.standby.address
    try:
        lost = _fence(run)
        if refusal := plan.too_much(lost, request):
            raise refusal
        run.lock.check()
        journal.write(request.log, journal.PROMOTING, run.asked)
    except BaseException:
        _give_up(run)
        raise
    run.tell(f"Promoting {new} …")
    promotion.promote(run.standby)
    return lost


def _fence(run: _Run) -> Lag:
    """Return what is lost once the old primary writes nothing more."""
    request, old = run.request, run.made.primary
    behind: int | None = None
    if old.role is Role.PRIMARY:
        behind = _closed(run)
        # Before what cannot be taken back.
        if behind is not None and (
            refusal := plan.too_much(Lag(size_bytes=behind, seconds=None), request)
        ):
            raise refusal
    if request.fence_command:
        run.tell(f"Ending {old.address}: {request.fence_command}")
        fence.shut_down(request.primary, request.fence_command)
    elif behind is None and observation.answers(request.primary):
        raise plan.still_there(old.address)
    seen = observation.state(run.standby, run.made.standby.address)
    if behind is not None:
        return Lag(size_bytes=behind, seconds=seen.silence_seconds)
    # The primary that kept us out has gone on writing until now.
    return lag(observation.observe(request.primary), seen, request.primary_data)


def _closed(run: _Run) -> int | None:
    """Return how many bytes the standby lacks of a primary that was closed.

    None when it could not be closed, as with a full disk, and FENCE_COMMAND has to end it. Then it
    is one that is lost: what is refused of such a one is refused before it is ended.
    """
    request, old = run.request, run.made.primary
    run.tell(f"Making {old.address} read-only and ending its sessions …")
    try:
        end = fence.close(request.primary)
    except OpsError as fault:
        if not request.fence_command:
            raise
        run.tell(str(fault))
        seen = observation.state(run.standby, run.made.standby.address)
        if refusal := plan.too_much(
            lag(replace(old, position=None), seen, request.primary_data), request
        ):
            raise refusal from None
        return None
    return promotion.catch_up(run.standby, end)


def _give_up(run: _Run) -> None:
    """Nothing was promoted: let the primary go on if it is there."""
    old, new = run.made.primary, run.made.standby.address
    if not _is_standby_for_good(run):
        run.tell(
            f"{old.address} stays read-only: {new} may be about to take writes. Run this again; "
            f"only when {new} is lost for good, on {old.address}: {fence.BY_HAND}"
        )
        return
    if old.role is Role.PRIMARY:
        try:
            fence.open_again(run.request.primary)
        except (psycopg.Error, TimeoutError) as error:
            run.tell(f"{old.address} may be read-only still ({error}). On it: {fence.BY_HAND}")
    with suppress(OpsError):  # whoever reads has to learn why it was given up
        journal.write(run.request.log, journal.GIVEN_UP, run.about)


def _is_standby_for_good(run: _Run) -> bool:
    """Whether nobody has asked the standby to become the primary: no earlier run, and none now.

    The session has the lock: once it is gone somebody else may be doing it.
    """
    try:
        asked = journal.promoting(run.request.log, run.asked)
        return not asked and not promotion.takes_writes(run.standby)
    except (psycopg.Error, OpsError):
        return False


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
    if line := _reconnecting(request):
        tell(f"Moving the clients: {line}")
        clients.move(line, _folder(request))
    else:
        warnings.append(
            "There is no RECONNECT_COMMAND and no compose file beside .env: servers that keep "
            "their old connection string have to be restarted by hand."
        )
    return warnings


def _reconnecting(request: Request) -> str | None:
    return clients.command(request.reconnect_command, request.compose_file, _folder(request))


def _folder(request: Request) -> Path:
    return request.env_file.resolve().parent if request.env_file else Path.cwd()
