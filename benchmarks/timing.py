"""How long a command line takes and how much memory its processes have together."""

import subprocess
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any


def timed(
    command: str, environment: Mapping[str, str], then: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Run a shell's command line and return its time and the most memory of its processes."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", command],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with _watched(process.pid) as peaks:
        code = process.wait()
    if code:
        raise RuntimeError(f"{command} ended with {code}")
    if then:
        then()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "peak_mib": max(peaks, default=0) >> 10,
    }


@contextmanager
def _watched(session: int) -> Generator[list[int]]:
    """Give a list that gets the memory (KiB) of all processes of a session, now and then."""
    peaks: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            listed = ["ps", "-s", str(session), "-o", "rss="]
            ran = subprocess.run(listed, capture_output=True, text=True, check=False)
            peaks.append(sum(map(int, ran.stdout.split())))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()
