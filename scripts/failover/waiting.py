"""Waiting for a condition, by a clock that nobody sets."""

import time
from collections.abc import Callable

PAUSE_SECONDS = 0.02
"""Between two looks: a promotion takes some tenths of a second."""


def until(
    condition: Callable[[], bool], seconds: float, *, pause_seconds: float = PAUSE_SECONDS
) -> bool:
    """Wait until it holds; return whether it did within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(pause_seconds)
    return True
