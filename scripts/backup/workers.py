"""Processes with a session each. Threads would take turns at every row: Python runs one at a time.

They are forked, since a new interpreter needs a second for what this one has imported. None of them
outlives the process that made it, and none heeds Ctrl-C: that process tells them when to stop.
"""

import contextlib
import gc
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from typing import Any, Final, Protocol

from scripts.faults import OpsError, explained
from scripts.postgresql import Session

FORK: Final = multiprocessing.get_context("fork")
END_SECONDS: Final = 10

Handler = Callable[[Session, Any], Any]
"""What a worker does with a message; what it returns or raises is the answer."""


class Pipe(Protocol):
    """One end of a pipe between two processes."""

    def send(self, obj: Any, /) -> None: ...
    def recv(self) -> Any: ...
    def close(self) -> None: ...


class Stop:
    """Tells workers to give up what they are at."""

    def __init__(self) -> None:
        self._event = FORK.Event()
        self._parent = os.getpid()

    def set(self) -> None:
        self._event.set()

    def check(self) -> None:
        """Raise OpsError when one is to give up, or when nobody waits for the answer any more."""
        if self._event.is_set() or os.getpid() != self._parent != os.getppid():
            raise OpsError("Stopped, because another part failed.")


@dataclass(frozen=True)
class Worker:
    """A process with a session in a transaction."""

    process: ForkProcess
    pipe: Pipe

    def ask(self, message: object) -> Any:
        """Return the worker's answer, or raise what it raised.

        Raises:
            OpsError: the process is no more.
        """
        try:
            self.pipe.send(message)
            answer = self.pipe.recv()
        except (EOFError, OSError):
            raise OpsError(
                "A process that read rows was killed: see whether the machine ran out of memory, "
                "then run this again with fewer --jobs."
            ) from None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def end(self) -> None:
        """End the process and with it its session."""
        with contextlib.suppress(OSError):
            self.pipe.close()
        self.process.join(END_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def start(
    open_session: Callable[[], Session], handler: Callable[[], Handler], others: Sequence[Worker]
) -> Worker:
    """Start a worker.

    Args:
        open_session: called in the new process.
        handler: called there once, so that it opens connections of its own.
        others: that were started before: the new process lets go of what it has of theirs.
    """
    ours, theirs = FORK.Pipe()

    def serve() -> None:
        for other in others:
            other.pipe.close()
        ours.close()
        _serve(theirs, open_session, handler)

    process = FORK.Process(target=serve, daemon=True)
    process.start()
    theirs.close()
    return Worker(process=process, pipe=ours)


def _serve(
    pipe: Pipe,
    open_session: Callable[[], Session],
    handler: Callable[[], Handler],
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Each row comes as an object that the collector counts. It would run all the time, through all
    # that was imported: a fifth of a backup's time. Between messages is often enough.
    gc.freeze()
    gc.disable()
    try:
        session: Session | None = None
        handle: Handler | None = None
        while True:
            message = pipe.recv()
            try:
                session, handle = session or open_session(), handle or handler()
                answer = handle(session, message)
            except Exception as error:
                answer = _sendable(error)
            pipe.send(answer)
            gc.collect()
    except (EOFError, OSError):
        pass  # nobody asks any more
    finally:
        # Without the clean-up of what belongs to the process that this one was forked from.
        os._exit(0)


def _sendable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:
        return explained(error) or OpsError(f"{type(error).__name__}: {error}")
    return error
