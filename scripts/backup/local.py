"""Copies of backups in a folder, for seven days, as the guide keeps them."""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scripts import leftovers
from scripts.backup.manifest import Manifest, seal, unseal
from scripts.backup.repository import ID, MANIFEST, made_at
from scripts.faults import OpsError

KEPT: Final = timedelta(days=7)
UNFINISHED: Final = ".unfinished"


@contextmanager
def keeping(root: Path | None, backup: str) -> Generator[Path | None]:
    """Give the folder of a copy, which is removed when the block fails; None without a root.

    Copies that are old enough go first, so that there is room.
    """
    if root is None:
        yield None
        return
    root.mkdir(parents=True, exist_ok=True)
    leftovers.sweep(folder for folder in _folders(root) if folder.name.endswith(UNFINISHED))
    _remove_old(root, min(made_at(backup), datetime.now(UTC)))
    folder, handle = leftovers.new(lambda: _made(root / f"{backup}{UNFINISHED}"))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(handle)


def publish(folder: Path | None, manifest: Manifest) -> None:
    """Make a copy a whole one.

    Raises:
        OpsError: it is not whole, because the disk is full. The backup in the bucket is.
    """
    if folder is None:
        return
    try:
        is_whole = all(_is_whole(folder / each.name, each.size) for each in manifest.objects)
        if is_whole:
            (folder / MANIFEST).write_bytes(seal(manifest))
            folder.rename(folder.with_name(folder.name.removesuffix(UNFINISHED)))
    except OSError:
        is_whole = False
    if not is_whole:
        room, size = shutil.disk_usage(folder).free, manifest.size
        raise OpsError(
            f"Backup {manifest.id} is whole in the bucket, but there was no room for its copy in "
            f"{folder.parent}, which was removed: it has {size:,} bytes, and {room:,} were left. "
            "Make room before the next run, or leave out --keep-local."
        )


def _is_whole(file: Path, size: int) -> bool:
    return file.exists() and file.stat().st_size == size


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700)
    return folder


def _folders(root: Path) -> Iterator[Path]:
    """Yield copies, whole or not, and nothing else."""
    for folder in root.iterdir():
        is_named = ID.fullmatch(folder.name.removesuffix(UNFINISHED))
        if is_named and folder.is_dir() and not folder.is_symlink():
            yield folder


def _remove_old(root: Path, now: datetime) -> None:
    """Remove copies that are older than a week by every clock: in name, manifest, S3 and here.

    The newest stays in any case until there is another one, whatever the clocks say.
    """
    copies = [folder for folder in _folders(root) if not folder.name.endswith(UNFINISHED)]
    newest = max((folder for folder in copies if (folder / MANIFEST).exists()), default=None)
    for folder in copies:
        is_old = now - max(made_at(folder.name), _snapshot_at(folder)) > KEPT
        if is_old and folder != newest:
            shutil.rmtree(folder)


def _snapshot_at(folder: Path) -> datetime:
    """Return the time of a copy by its manifest; that in its name when it tells none."""
    file = folder / MANIFEST
    try:
        return unseal(file.read_bytes(), str(file)).snapshot_at
    except (OSError, OpsError):
        return made_at(folder.name)
