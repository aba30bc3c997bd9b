"""Temporary files and folders, and what killed runs have left of them.

Each is locked as long as the process that made it lives. The kernel ends a lock together with its
holder, so what is not locked has been left behind. Unlike the number of a process, that also holds
after a restart of the machine and between containers that share a folder.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from scripts.faults import OpsError

PREFIX: Final = "ops-"
"""Begins the names of all temporary folders; the procedure's name follows."""

ATTEMPTS: Final = 10
END_SECONDS: Final = 30
PAUSE_SECONDS: Final = 0.05


@contextmanager
def temporary_folder(procedure: str, base: str | None = None) -> Generator[Path]:
    """Give a folder that is removed at the end; first, remove what killed runs have left.

    Args:
        procedure: such as `verify`.
        base: folder that it is made in; the system's temporary folder without one.

    Raises:
        OpsError: no folder can be made there.
    """
    prefix = f"{PREFIX}{procedure}-"
    parent = Path(base or tempfile.gettempdir())
    sweep(parent.glob(f"{prefix}*"))
    try:
        folder, handle = new(lambda: Path(tempfile.mkdtemp(prefix=prefix, dir=parent)))
    except OSError as error:
        raise OpsError(f"No temporary folder can be made in {parent}: {error.strerror}.") from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def new(make: Callable[[], Path]) -> tuple[Path, int]:
    """Make a file or a folder and lock it; it counts as in use until the handle is closed.

    Raises:
        OpsError: it cannot be locked.
    """
    path = make()
    for _ in range(ATTEMPTS):
        handle = _lock(path)
        if handle is not None:
            return path, handle
        # Somebody who sweeps at this moment was quicker, and removes it.
        path = make()
    raise OpsError(f"Files in {path.parent} cannot be locked: name another folder.")


def sweep(paths: Iterable[Path]) -> list[Path]:
    """Remove those of our files and folders whose process is gone, and return them."""
    return [path for path in paths if _is_ours(path) and _removed(path)]


def _is_ours(path: Path) -> bool:
    try:
        return path.lstat().st_uid == os.geteuid() and not path.is_symlink()
    except OSError:
        return False


def _removed(path: Path) -> bool:
    handle = _lock(path)
    if handle is None:
        return False
    try:
        if path.is_dir():
            for file in path.glob("**/*.pid"):
                _end_process(file)
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)
    return True


def _lock(path: Path) -> int | None:
    """Return a handle that holds the lock; None when somebody else has it or the path is gone."""
    try:
        flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had the lock until now may have removed it.
        if os.path.samestat(os.fstat(handle), path.lstat()):
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def runs_in(process: int, folder: Path) -> bool:
    """Whether a process works in a folder, as a PostgreSQL server does in its data.

    The number of a process alone may be somebody else's by now.
    """
    try:
        return Path(f"/proc/{process}/cwd").samefile(folder)
    except OSError:
        return False


def _end_process(file: Path) -> None:
    """End what still runs there: a file such as `postmaster.pid` begins with its number."""
    with suppress(OSError, ValueError):
        process = int(file.read_text().partition("\n")[0])
        if runs_in(process, file.parent):
            os.kill(process, signal.SIGQUIT)
        deadline = time.monotonic() + END_SECONDS
        while runs_in(process, file.parent) and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
