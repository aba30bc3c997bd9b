"""Waiting for a condition or an answer, by a clock that nobody sets."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")

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


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return the answer, or wait for it no longer.

    A server whose disk hangs takes a connection and then says nothing, for ever; no time-out of
    its own helps, and none of the network's, for its kernel still answers.

    Raises:
        TimeoutError: there was none; what was asked may still be done later.
    """
    answers: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((ask(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except Empty:
        raise TimeoutError(f"no answer within {seconds:g} s") from None
    if error:
        raise error
    return answer  # pyright: ignore[reportReturnType]  (without an error it is one)
