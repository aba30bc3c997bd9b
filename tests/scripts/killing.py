"""Ends work with kill -9, at moments spread over the whole of it."""

import multiprocessing
import random
import time
from collections.abc import Callable

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

KILLS = 50
PATIENCE_SECONDS = 60

FORK = multiprocessing.get_context("fork")


def moments(work: Callable[[], object], before: Callable[[], object] = lambda: None) -> list[float]:
    """Return after how many seconds work is to be killed: from its begin to a little after its end.

    Args:
        work: is done twice for it, since the first time is slower.
        before: is done before each of the two.
    """
    seconds = min(_seconds(work, before) for _ in range(2))
    dice = random.Random(15)  # noqa: S311
    return [seconds * 1.1 * (point + dice.random()) / KILLS for point in range(KILLS)]


def _seconds(work: Callable[[], object], before: Callable[[], object]) -> float:
    before()
    began = time.monotonic()
    killed(work, PATIENCE_SECONDS)
    return time.monotonic() - began


def killed(work: Callable[[], object], after: float) -> None:
    """Do work in a process of its own, and kill it after so many seconds unless it ends before."""
    process = FORK.Process(target=work)
    process.start()
    process.join(after)
    process.kill()
    process.join()
    process.close()


def unlocked(work: Callable[[], object]) -> None:
    """Do work as soon as the server has seen that the last holder of the lock is gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            work()
        except OpsError as error:
            if error.code != ExitCode.LOCKED or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
