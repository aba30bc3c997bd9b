"""Show that a long step is alive, on a terminal and in a log."""

import shutil
import sys
import threading
import time
from types import TracebackType
from typing import Self

_TERMINAL_SECONDS = 1.0
_LOG_SECONDS = 10.0


def say(text: str) -> None:
    """Print one line at once, also where the output is a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def elapsed(seconds: float) -> str:
    """Render a duration the way people say it: `8 s`, `3 min 05 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class Progress:
    """A context in which `title: detail, elapsed` is kept up to date.

    A terminal gets one line that is rewritten every second, anything else a line every ten
    seconds. Whoever does the work assigns `detail`.
    """

    def __init__(self, title: str) -> None:
        self.detail = ""
        self._title = title
        self._started = time.monotonic()
        self._done = threading.Event()
        self._terminal = sys.stdout.isatty()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if self._terminal:
            self._rewrite()
        else:
            say(f"{self._title} …")
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._ticker.join()
        if self._terminal:
            sys.stdout.write("\r\x1b[K")
        outcome = "done in" if error is None else "stopped after"
        say(f"{self._title}: {outcome} {elapsed(time.monotonic() - self._started)}")

    def _tick(self) -> None:
        while not self._done.wait(_TERMINAL_SECONDS if self._terminal else _LOG_SECONDS):
            if self._terminal:
                self._rewrite()
            else:
                say(f"  {self._line()}")

    def _rewrite(self) -> None:
        width = shutil.get_terminal_size().columns
        sys.stdout.write(f"\r\x1b[K{self._line()[: width - 1]}")
        sys.stdout.flush()

    def _line(self) -> str:
        spent = elapsed(time.monotonic() - self._started)
        return f"{self._title}: {', '.join(filter(None, [self.detail, spent]))}"
