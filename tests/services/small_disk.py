"""A disk that is soon full."""

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(mebibytes: int) -> Generator[Path]:
    """Mount a file system of that size until the end of the block; skip where one may not."""
    # Not below pytest's folders, which other users may not enter and whose names are long.
    folder = Path(tempfile.mkdtemp(prefix="ops-disk-"))
    options = f"size={mebibytes}m,mode=0755"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=False, capture_output=True
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("A small disk has to be mounted for this: run it as root, where mount may.")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def used(folder: Path) -> int:
    """Return how many bytes of a file system are in use."""
    said = subprocess.run(
        ["df", "--output=used", "--block-size=1", folder],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(said.stdout.split()[-1])
