"""The one process behind an offline stack: emulated AWS (moto) and the stand-in providers.

It listens on free loopback ports only, writes what it listens on to a file, and ends on SIGTERM,
on SIGINT, or when that file is deleted. Everything it holds is in memory: when it ends, the
emulated account is gone.
"""

import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

# How long moto lets a certificate wait for its validation; a minute by default.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "1")
# AWS's own policies, for roles to attach; moto leaves them out by default.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from offline import moto_server
from offline.aws.package import aws_package
from offline.provider.server import serve
from offline.random_package import random_package

WATCH = 2.0
"""Seconds between looks whether the folder of the stack is still there."""


def run(announcement: Path) -> None:
    """Serve until told to stop; `announcement` is written once everything answers."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    moto, endpoint = moto_server.start()
    served = {package.name: serve(package) for package in (aws_package(endpoint), random_package())}
    ports = {name: bound for name, (_, bound) in served.items()}
    partial = announcement.with_suffix(".partial")
    partial.write_text(json.dumps({"pid": os.getpid(), "endpoint": endpoint, "providers": ports}))
    partial.replace(announcement)
    # Whoever deletes `.offline` by hand cannot find this process any more.
    while not stop.wait(WATCH) and announcement.exists():
        pass
    announcement.unlink(missing_ok=True)
    for server, _ in served.values():
        server.stop(grace=None)
    moto.stop()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
