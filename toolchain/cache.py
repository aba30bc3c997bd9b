"""The per-user cache of tools: filled once a version, whole or not at all."""

import fcntl
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from toolchain.errors import ToolchainError
from toolchain.progress import Progress


def root() -> Path:
    """Return the folder that holds everything this package keeps between runs.

    Raises ToolchainError for a user without a home folder.
    """
    try:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError as error:
        raise ToolchainError(
            "This user has no home folder to keep the tools in: set XDG_CACHE_HOME to a folder "
            "that can be written, then run `make setup` again."
        ) from error
    return Path(base) / "messaging-app" / "toolchain"


def machine() -> tuple[str, str]:
    """Return the operating system and processor as Pulumi's releases name them: `linux`, `x64`."""
    processor = platform.machine().lower()
    names = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    return sys.platform, names.get(processor, processor)


@contextmanager
def exclusive(lock: Path, waiting: str) -> Generator[None]:
    """Hold `lock`; while another process has it, wait and show `waiting`.

    The kernel drops the lock with the process that holds it, so a killed one blocks nobody.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with Progress(waiting):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def filling(target: Path) -> Generator[Path]:
    """Give an empty folder that becomes `target` if the block ends well, and vanishes if not.

    The caller holds the lock of `target`: what killed runs left beside it is swept away.
    """
    prefix = f".{target.name}."
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in target.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover)
    unfinished = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent))
    try:
        yield unfinished
        unfinished.chmod(0o755)
        unfinished.rename(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
