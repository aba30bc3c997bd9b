"""Starting, finding and stopping the process behind an offline stack."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from offline.errors import OfflineError
from offline.workspace import ROOT, Workspace

START_LIMIT = 120.0
"""Seconds; a cold start on a slow disk reads a few thousand Python files."""

STOP_LIMIT = 30.0
POLL = 0.1

HOST = ("-m", "offline.host")
"""What Python runs as an emulator; its argument is where to announce itself."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    pid: int
    endpoint: str
    providers: dict[str, int]

    @property
    def debug_providers(self) -> str:
        """What tells the engine where its plugins already run."""
        return ",".join(f"{name}:{port}" for name, port in sorted(self.providers.items()))

    def environment(self, region: str, *, stand_ins: bool) -> dict[str, str]:
        """Variables that point the engine, `aws` and boto3 at the emulated account."""
        shared = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "offline",
            "AWS_SECRET_ACCESS_KEY": "offline",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }
        return {**shared, "PULUMI_DEBUG_PROVIDERS": self.debug_providers} if stand_ins else shared


def find(workspace: Workspace) -> Emulator | None:
    """The stack's emulator, if it lives and answers."""
    if _holder(workspace) is None:
        return None
    try:
        announced = json.loads(workspace.announcement.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    emulator = Emulator(**announced)
    return emulator if _answers(emulator.endpoint) else None


def _holder(workspace: Workspace) -> int | None:
    """The process that holds the stack's lifeline: its emulator, whether it answers or not.

    A number on disk may be that of somebody else's process by now; a lock ends with its holder.
    """
    try:
        with workspace.lifeline.open() as lifeline:
            try:
                fcntl.flock(lifeline, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lifeline.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def _answers(endpoint: str) -> bool:
    # Whatever proxy this machine uses, it cannot know an address of the machine itself.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{endpoint}/moto-api/", timeout=10):
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def start(workspace: Workspace) -> Emulator:
    """Start an emulator and wait until it answers. Raises OfflineError when it does not."""
    stop(workspace)  # One that answers no more, or that a killed run has only just started.
    workspace.announcement.unlink(missing_ok=True)
    process = _launch(workspace)
    try:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and process.poll() is None:
            if emulator := find(workspace):
                return emulator
            time.sleep(POLL)
    except BaseException:  # Ctrl-C: nobody would know of it.
        _kill(process)
        raise
    _kill(process)
    last = workspace.log.read_text().strip().splitlines()[-1:] or ["it printed nothing"]
    raise OfflineError(f"The emulator did not start ({last[0]}). Its log: {workspace.log}")


def _launch(workspace: Workspace) -> subprocess.Popen[bytes]:
    """The process of a new emulator, which holds the lifeline for as long as it lives."""
    environment = {
        **workspace.environment(),
        "PYTHONPATH": str(ROOT),
        # Its clients shall not follow what the user's profile says.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    with workspace.log.open("w") as log, workspace.lifeline.open("w") as lifeline:
        fcntl.flock(lifeline, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(
            [sys.executable, *HOST, str(workspace.announcement)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            pass_fds=(lifeline.fileno(),),
            start_new_session=True,  # Ctrl-C in `make up` is for the engine, not for the account.
        )
        lifeline.write(str(process.pid))
    return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def stop(workspace: Workspace) -> None:
    """End the stack's emulator, and wait until it has ended."""
    deadline = time.monotonic() + STOP_LIMIT
    request = signal.SIGTERM
    while (pid := _holder(workspace)) is not None:
        os.kill(pid, request)
        time.sleep(POLL)
        if time.monotonic() > deadline:
            request = signal.SIGKILL
