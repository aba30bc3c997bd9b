"""A clone of the project in a folder of its own, to run its command line as a person would."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from offline import emulator
from offline.workspace import ROOT, Workspace

TIME_LIMIT = 300.0
"""Seconds until a wait or a command counts as hanging."""

POLL = 0.05

NOT_CLONED = shutil.ignore_patterns(".*", "tests", "docs")


@dataclass(frozen=True)
class Clone:
    """A fresh clone; `.venv` is shared with the project, all else is its own."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Clone":
        """Copy what is under version control and matters to a stack."""
        shutil.copytree(ROOT, root, ignore=NOT_CLONED)
        (root / ".venv").symlink_to(ROOT / ".venv")
        return cls(root)

    def workspace(self, stack: str = "local") -> Workspace:
        """Where the clone keeps an offline stack."""
        return Workspace(stack, base=self.root / ".offline")

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file."""
        path = self.root / file
        before = path.read_text()
        assert before.count(old) == 1
        path.write_text(before.replace(old, new))

    def write_program(self, program: str) -> None:
        """Put a small program in the platform's place."""
        (self.root / "__main__.py").write_text(program)
        # One that is for the platform and exempts nothing here would be refused.
        (self.root / "policies" / "exemptions.yaml").write_text("exemptions: []\n")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin `python -m offline …` in a process group of its own, as a shell does."""
        return subprocess.Popen(
            [sys.executable, "-m", "offline", *arguments],
            cwd=self.root,
            env=user_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            process_group=0,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m offline …` to its end."""
        return finish(self.start(*arguments))

    def stop(self) -> None:
        """End whatever still runs for the clone: its emulators, and what a failed test left."""
        for announcement in (self.root / ".offline").glob("*/emulator.json"):
            emulator.stop(self.workspace(announcement.parent.name))
        for pid in processes_of(self.root):
            os.kill(pid, signal.SIGKILL)


def finish(process: subprocess.Popen[str]) -> subprocess.CompletedProcess[str]:
    """Wait until a process has ended; gives what it printed."""
    try:
        stdout, stderr = process.communicate(timeout=TIME_LIMIT)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def user_environment() -> dict[str, str]:
    """What a person's shell has who has no account: no variable of AWS or Pulumi."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PULUMI_"))
    }


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait for a condition, which `what` describes should it never come true."""
    deadline = time.monotonic() + TIME_LIMIT
    while not condition():
        assert time.monotonic() < deadline, f"in {TIME_LIMIT:g} s it never happened that {what}"
        time.sleep(POLL)


def processes_of(folder: Path) -> dict[int, str]:
    """Processes that were started for a stack below `folder`: pid and command line."""
    mark = str(folder).encode()
    found: dict[int, str] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:  # It ended meanwhile, or belongs to somebody else.
            continue
        if mark in command or mark in environment:
            found[int(process.name)] = command.replace(b"\0", b" ").decode().strip()
    return found
