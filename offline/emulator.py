"""Starting, finding and stopping the process behind an offline stack."""

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
from offline.workspace import ROOT, Workspace, alive

START_LIMIT = 120.0
"""Seconds; a cold start on a slow disk reads a few thousand Python files."""

STOP_LIMIT = 30.0
POLL = 0.1


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
    try:
        announced = json.loads(workspace.announcement.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    emulator = Emulator(**announced)
    return emulator if alive(emulator.pid) and _answers(emulator.endpoint) else None


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/moto-api/", timeout=10):  # noqa: S310
            return True
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def start(workspace: Workspace) -> Emulator:
    """Start an emulator and wait until it answers. Raises OfflineError when it does not."""
    workspace.announcement.unlink(missing_ok=True)
    environment = {**workspace.environment(), "PYTHONPATH": str(ROOT)}
    with workspace.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "offline.host", str(workspace.announcement)],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment,
            start_new_session=True,  # Ctrl-C in `make up` is for the engine, not for the account.
        )
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        if emulator := find(workspace):
            return emulator
        time.sleep(POLL)
    process.kill()
    process.wait()
    last = workspace.log.read_text().strip().splitlines()[-1:] or ["it printed nothing"]
    raise OfflineError(f"The emulator did not start ({last[0]}). Its log: {workspace.log}")


def stop(workspace: Workspace) -> None:
    """End the stack's emulator, and wait until it has ended."""
    emulator = find(workspace)
    if emulator is None:
        return
    os.kill(emulator.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_LIMIT
    while alive(emulator.pid) and not _is_zombie(emulator.pid):
        if time.monotonic() > deadline:
            os.kill(emulator.pid, signal.SIGKILL)
        time.sleep(POLL)


def _is_zombie(pid: int) -> bool:
    # Started by this very process, an ended emulator stays in the table until it is waited for.
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return False
