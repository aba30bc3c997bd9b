"""What a check finds, and how checks run side by side in a bounded time."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum

from scripts.exit_codes import ExitCode
from scripts.faults import explained

SECONDS = 10
"""How long one connection may take to be made."""


class State(IntEnum):
    """How well something is; the worst one decides the exit code."""

    SKIPPED = 0
    """Its setting is not there, so nothing was asked."""
    OK = 1
    WARNING = 2
    """Somebody ought to look at it in working hours."""
    CRITICAL = 3
    """Users notice it, or will soon."""


EXIT: Mapping[State, ExitCode] = {
    State.SKIPPED: ExitCode.MISCONFIGURED,
    State.OK: ExitCode.OK,
    State.WARNING: ExitCode.WARNING,
    State.CRITICAL: ExitCode.CRITICAL,
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found of one thing, in words with figures and units."""

    name: str
    state: State
    detail: str


Check = Callable[[], Sequence[Finding]]


def skipped(name: str, variable: str) -> Finding:
    """Return that something was not asked because its setting is not there."""
    return Finding(name=name, state=State.SKIPPED, detail=f"{variable} is not set")


def run(checks: Mapping[str, Check]) -> list[Finding]:
    """Run every check at the same time, and return what they found in the order given.

    Args:
        checks: name → check. One that fails in a foreseeable way is critical by its name.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(checks))) as pool:
        running = [pool.submit(_one, name, check) for name, check in checks.items()]
        return [finding for each in running for finding in each.result()]


def worst(findings: Sequence[Finding]) -> State:
    """Return the worst state; SKIPPED when nothing was asked."""
    return max((each.state for each in findings), default=State.SKIPPED)


def _one(name: str, check: Check) -> Sequence[Finding]:
    try:
        return check()
    except Exception as error:
        fault = explained(error)
        if fault is None:
            raise
        return [Finding(name=name, state=State.CRITICAL, detail=str(fault))]
