"""Waiting for something to become so, never longer than said."""

from collections.abc import Callable

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_exponential

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 10


def until_so(
    obstacle: Callable[[], str | None],
    *,
    seconds: float,
    what: str,
    code: ExitCode = ExitCode.FAILED,
) -> None:
    """Return as soon as nothing is in the way any more.

    Args:
        obstacle: says what is still in the way, as the end of a sentence; None when nothing is.
        seconds: how long to wait at the most.
        what: what is waited for, as the beginning of a sentence: `The database did not answer`.
        code: of the error.

    Raises:
        OpsError: it did not become so in time; tells the last obstacle.
    """
    last: list[str] = []

    def look() -> bool:
        found = obstacle()
        last[:] = [found] if found else []
        return found is not None

    retrying = Retrying(
        retry=retry_if_result(bool),
        stop=stop_after_delay(seconds),
        wait=wait_exponential(multiplier=FIRST_PAUSE_SECONDS, max=LONGEST_PAUSE_SECONDS),
    )
    try:
        retrying(look)
    except RetryError:
        raise OpsError(f"{what} within {seconds:.0f} s: {last[0].rstrip('.')}.", code) from None
