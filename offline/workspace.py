"""Where an offline stack lives on disk, and the environment that its commands run in.

Everything is below `.offline/<stack>/`: the engine's state, the emulator's announcement and log,
and a copy of the stack file. The copy takes the encryption salt that the engine wants to write, so
that the files under version control stay as they are.
"""

import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from offline.errors import OfflineError, StateError
from toolchain import locate

ROOT = Path(__file__).resolve().parent.parent
"""The project: where Pulumi.yaml is."""

PROJECT = "messaging-app"

STACK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""A name becomes a folder that is deleted as a whole, so it must not lead out of `.offline`."""


SECRETS_OF_THE_REAL_STACK = ("secretsprovider:", "encryptedkey:", "encryptionsalt:")
"""What `pulumi stack init` writes into a stack file: who encrypts the stack's secrets."""


@dataclass(frozen=True)
class Workspace:
    """The files of one offline stack."""

    stack: str
    base: Path = ROOT / ".offline"

    def __post_init__(self) -> None:
        """Raises OfflineError for what can be no name of a stack."""
        if not STACK_NAME.fullmatch(self.stack):
            raise OfflineError(
                f"{self.stack!r} is no name of a stack: it may have letters, digits, hyphens and "
                "underscores only. Name one that has a Pulumi.<stack>.yaml, such as local."
            )

    @property
    def folder(self) -> Path:
        """Everything of this stack, and of no other."""
        return self.base / self.stack

    @property
    def state(self) -> Path:
        """The engine's backend."""
        return self.folder / "state"

    @property
    def announcement(self) -> Path:
        """Where the emulator says on which ports it listens."""
        return self.folder / "emulator.json"

    @property
    def lifeline(self) -> Path:
        """A file that the emulator keeps locked while it lives; holds its process number."""
        return self.folder / "emulator.pid"

    @property
    def log(self) -> Path:
        """What the emulator printed."""
        return self.folder / "emulator.log"

    @property
    def config_file(self) -> Path:
        """The stack file with the encryption salt of this machine."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    @property
    def source_file(self) -> Path:
        """The stack file under version control."""
        return ROOT / f"Pulumi.{self.stack}.yaml"

    @property
    def passphrase(self) -> Path:
        """Opens the secrets in the state; made at random, readable by its owner only."""
        return self.folder / "passphrase"

    @property
    def checkpoint(self) -> Path:
        """The stack's state file; absent until the stack was first brought up."""
        return self.state / ".pulumi" / "stacks" / PROJECT / f"{self.stack}.json"

    @property
    def exists(self) -> bool:
        """Whether the engine knows the stack."""
        return self.checkpoint.exists()

    def environment(self) -> dict[str, str]:
        """Variables for the engine, without anything that would point it at a real account."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "PULUMI_"))
        }
        folders = (ROOT / ".venv" / "bin", locate(), os.environ.get("PATH", ""))
        return {
            **kept,
            "PATH": os.pathsep.join(map(str, folders)),
            # Without the metadata that the engine would keep beside each file: killed while it
            # writes those, it could not read its state again.
            "PULUMI_BACKEND_URL": f"{self.state.as_uri()}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE_FILE": str(self.passphrase),
            "PULUMI_OPTION_CONFIG_FILE": str(self.config_file),
            "PULUMI_STACK": self.stack,
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def prepare(self) -> None:
        """Make the stack known to the engine and its configuration current."""
        self.state.mkdir(parents=True, exist_ok=True)
        if not self.passphrase.exists():
            # Whole or not at all: a run may be killed, or the disk be full, at any moment.
            partial = self.passphrase.with_suffix(".partial")
            partial.touch(mode=0o600)
            partial.write_text(secrets.token_hex(32))
            partial.replace(self.passphrase)
        salt = self._salt()
        source = self.source_file.read_text().rstrip().splitlines()
        # The secrets of a real stack are under a key that no offline command may ask for.
        kept = (line for line in source if not line.startswith(SECRETS_OF_THE_REAL_STACK))
        self.config_file.write_text("\n".join((*kept, salt, "")))

    def _salt(self) -> str:
        """The line with the salt under which the engine encrypts the stack's secrets."""
        project = self.folder / "project"
        salted = project / f"Pulumi.{self.stack}.yaml"
        if self.exists and self.resource_count() == 0 and not _salt_in(salted):
            shutil.rmtree(self.state)  # The run that made the stack was killed before the salt.
            self.state.mkdir()
        if not self.exists:
            self._init(project)
        if salt := _salt_in(salted):
            return salt
        raise OfflineError(
            f"{salted} has lost the salt with which the secrets of stack {self.stack} are "
            f"encrypted. Begin anew with `make down STACK={self.stack}`."
        )

    def _init(self, project: Path) -> None:
        # The engine writes the salt beside the Pulumi.yaml of the folder it runs in.
        project.mkdir(exist_ok=True)
        shutil.copy(ROOT / "Pulumi.yaml", project)
        environment = self.environment()
        del environment["PULUMI_OPTION_CONFIG_FILE"]
        command = ["pulumi", "-C", str(project), "stack", "init", self.stack, "--no-select"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OfflineError(
                f"The engine could not make stack {self.stack}: {done.stderr.strip()}"
            )

    def resource_count(self) -> int:
        """Resources in the state, components and the stack itself included."""
        return len(self._deployment().get("resources", []))

    def pending_operations(self) -> int:
        """Operations that a run began and never ended."""
        return len(self._deployment().get("pending_operations") or [])

    def _deployment(self) -> dict[str, list[dict[str, object]]]:
        if not self.exists:
            return {}
        try:
            return json.loads(self.checkpoint.read_text())["checkpoint"].get("latest") or {}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise StateError(
                f"The state of stack {self.stack} cannot be read ({self.checkpoint}: {error}). "
                f"Begin anew with `make down STACK={self.stack}`."
            ) from None

    def stale_locks(self) -> list[Path]:
        """Locks of engine runs that no longer live: they were killed."""
        folder = self.state / ".pulumi" / "locks" / "organization" / PROJECT / self.stack
        locks = sorted(folder.glob("*.json")) if folder.exists() else []
        return [lock for lock in locks if not _is_held(lock)]

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """Only one command works on a stack at a time. Raises OfflineError for the second."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.base / f"{self.stack}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OfflineError(
                    f"Another command is working on stack {self.stack} in this folder. "
                    "Wait until it ends, or stop it with Ctrl-C where it runs."
                ) from error
            yield

    def remove(self) -> None:
        """Forget the stack."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _salt_in(stack_file: Path) -> str | None:
    lines = stack_file.read_text().splitlines() if stack_file.exists() else []
    return next((line for line in lines if line.startswith("encryptionsalt: ")), None)


def _is_held(lock: Path) -> bool:
    """Whether the engine run that took a lock lives; killed while writing it, it does not."""
    try:
        return alive(int(json.loads(lock.read_text())["pid"]))
    except (ValueError, LookupError, TypeError):
        return False


def alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
