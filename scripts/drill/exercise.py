"""One loss of a primary: from the kill to the first commit of a client on the standby."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.drill import servers
from scripts.drill.load import Acknowledged, Load
from scripts.drill.servers import Server
from scripts.exit_codes import ExitCode
from scripts.failover import procedure
from scripts.failover.plan import Request
from scripts.failover.waiting import until
from scripts.faults import OpsError

LOAD_SECONDS = 2.0
"""How long clients write before the primary is lost, and after they have found the new one."""

RETURN_SECONDS = 120
"""Until clients must have found the new primary."""

CLIENTS = 4
NUMBERS = 10_000_000
"""Of one exercise's writes, so that those of two are told apart."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What is lost and how.

    Args:
        synchronous: commits wait for the standby.
        cut_seconds: how long nothing is sent to the standby any more before the primary dies.
    """

    number: int
    synchronous: bool
    cut_seconds: float = 0.0

    @property
    def name(self) -> str:
        return "synchronous" if self.synchronous else "asynchronous"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one loss cost.

    Args:
        cut_seconds: how long nothing had been sent to the standby when the primary died.
        rto_seconds: from the kill to the first write that a client was told to be done.
        decision_seconds: the same from the moment that the failover began.
        rpo_seconds: from the first acknowledged write that is lost to the kill.
        acknowledged, lost: writes until the kill, and those of them that the new primary lacks.
        lost_bytes: of the log that the lost writes stand in.
        lag_bytes: what the failover had said would be lost at most.
    """

    replication: str
    cut_seconds: float
    rto_seconds: float
    decision_seconds: float
    rpo_seconds: float
    acknowledged: int
    lost: int
    lost_bytes: int
    lag_bytes: int | None

    @property
    def ok(self) -> bool:
        """Whether nothing was lost that must not be."""
        if self.replication == "synchronous":
            return self.lost == 0
        return self.lag_bytes is not None and self.lost_bytes <= self.lag_bytes


def lose(
    exercise: Exercise,
    primary: Server,
    standby: Server,
    folder: Path,
    tell: Callable[[str], None],
) -> Measured:
    """Kill the primary under load, fail over, and count."""
    env_file = folder / ".env"
    env_file.write_text(f"DATABASE_URL={primary.url()}\n")
    env_file.chmod(0o600)
    _replicate(primary, exercise)
    load = Load(env_file, CLIENTS, exercise.number * NUMBERS)
    load.begin()
    try:
        _let_run(load)
        if exercise.cut_seconds:
            _cut(primary)
            time.sleep(exercise.cut_seconds)
        killed = time.monotonic()
        servers.kill(primary)
        before = [each for each in load.acknowledged() if each.at <= killed]
        decided = time.monotonic()
        request = Request(
            primary=primary.connection(),
            standby=standby.connection(),
            log=folder / "failover.jsonl",
            env_file=env_file,
            # The drill has killed it.
            fenced_by_me=True,
            synchronous=exercise.synchronous,
            primary_data=primary.data,
            reconnect_command="true",
            max_lag_bytes=1 << 40,
        )
        result = procedure.fail_over(request, tell)
        first = _first_after(load, decided)
        _let_run(load)
    finally:
        load.end()
    lost = _missing(before, standby)
    return Measured(
        replication=exercise.name,
        cut_seconds=exercise.cut_seconds,
        rto_seconds=round(first - killed, 3),
        decision_seconds=round(first - decided, 3),
        rpo_seconds=round(killed - min(each.at for each in lost), 3) if lost else 0.0,
        acknowledged=len(before),
        lost=len(lost),
        lost_bytes=_span(lost),
        lag_bytes=result.lost.size_bytes,
    )


def _replicate(primary: Server, exercise: Exercise) -> None:
    names = "*" if exercise.synchronous else ""
    with primary.connect() as session:
        session.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'".encode())
        session.execute("SELECT pg_reload_conf()")

        def is_so() -> bool:
            query = "SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'"
            state = "sync" if exercise.synchronous else "async"
            return session.execute(query).fetchone() == (state,)

        if not until(is_so, servers.START_SECONDS):
            raise OpsError(f"Replication did not become {exercise.name}.")


def _let_run(load: Load) -> None:
    begun = len(load.acknowledged())
    time.sleep(LOAD_SECONDS)
    if not until(lambda: len(load.acknowledged()) > begun, RETURN_SECONDS):
        raise OpsError("The clients of the drill could not write.")


def _cut(primary: Server) -> None:
    """Stop the process that sends to the standby, as a cut line does."""
    with primary.connect() as session:
        for (process,) in session.execute("SELECT pid FROM pg_stat_replication"):
            os.kill(process, signal.SIGSTOP)


def _first_after(load: Load, moment: float) -> float:
    """Return when a client was first told after a moment that a write was done."""
    found: list[float] = []

    def is_there() -> bool:
        found[:] = [each.at for each in load.acknowledged() if each.at > moment]
        return bool(found)

    if not until(is_there, RETURN_SECONDS):
        raise OpsError(
            f"No client wrote to the new primary within {RETURN_SECONDS} s.", ExitCode.FAILED
        )
    return found[0]


def _missing(acknowledged: list[Acknowledged], server: Server) -> list[Acknowledged]:
    with server.connect() as session:
        query = "SELECT sent_by FROM messages WHERE sent_by IS NOT NULL"
        there = {number for (number,) in session.execute(query)}
    return [each for each in acknowledged if each.number not in there]


def _span(lost: list[Acknowledged]) -> int:
    positions = [each.position for each in lost]
    return max(positions) - min(positions) if positions else 0
