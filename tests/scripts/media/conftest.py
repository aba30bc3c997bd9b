import os
import secrets
import time
from pathlib import Path
from typing import Any

import pytest

from scripts.media import places
from scripts.media.places import Bucket, Folder, Where
from scripts.media.sync import Synced, SyncRequest, run_sync
from tests.services.object_store import ObjectStore

FILES = {
    "a.jpg": b"picture",
    "deep/er/b ü.bin": b"\0" * 3000,
    "empty": b"",
    "large": secrets.token_bytes(places.PART * 2),
}


def sync(source: Where, target: Where, **changes: Any) -> Synced:
    request = SyncRequest(source=source, target=target, **changes)
    return run_sync(request, report=ignore, advance=ignore)


def ignore(*_: object) -> None:
    """Nobody listens."""


def fill(folder: Path, files: dict[str, bytes]) -> Folder:
    """Write files, some seconds old: S3 knows whole seconds only."""
    earlier = time.time() - 5
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        os.utime(path, (earlier, earlier))
    return Folder(folder)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def names(place: Where) -> list[str]:
    return sorted(entry.name for entry in place.entries())


@pytest.fixture(autouse=True)
def locks_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One copy runs on a machine at a time; a test is a machine."""
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))


@pytest.fixture
def media(tmp_path: Path) -> Folder:
    return fill(tmp_path / "media", FILES)


@pytest.fixture
def back(tmp_path: Path) -> Folder:
    """An empty folder to restore to."""
    (tmp_path / "back").mkdir()
    return Folder(tmp_path / "back")


@pytest.fixture
def copy(running_store: ObjectStore) -> Bucket:
    bucket = f"copy-{secrets.token_hex(4)}"
    running_store.create(bucket)
    return Bucket(running_store.client(), bucket, "media/")
