"""Copies of backups in a folder, for seven days, as the guide keeps them."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from scripts.backup.manifest import Manifest, seal
from scripts.backup.repository import ID, MANIFEST

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
    _remove_old(root, datetime.now(UTC))
    folder = root / f"{backup}{UNFINISHED}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def publish(folder: Path | None, manifest: Manifest) -> None:
    """Make a copy a whole one."""
    if folder:
        (folder / MANIFEST).write_bytes(seal(manifest))
        folder.rename(folder.with_name(folder.name.removesuffix(UNFINISHED)))


def _remove_old(root: Path, now: datetime) -> None:
    """Remove copies that are older than a week, and what killed runs left; nothing else."""
    for folder in root.iterdir():
        name = folder.name.removesuffix(UNFINISHED)
        if not ID.fullmatch(name) or not folder.is_dir() or folder.is_symlink():
            continue
        made = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if folder.name != name or now - made > KEPT:
            shutil.rmtree(folder)
