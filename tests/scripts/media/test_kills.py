"""Killed at any moment: what counts as copied is whole, and the next run copies the rest."""

import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scripts.media import places
from scripts.media.places import Bucket, Folder, Where
from scripts.media.sync import SyncRequest, planned
from tests.scripts.killing import killed, moments
from tests.scripts.media.conftest import contents, fill, ignore, sync
from tests.services.object_store import ObjectStore

NOW = timedelta(seconds=-1)
"""As an age: whatever was left a moment ago is old enough to be removed."""

FILES = {
    **{f"{number % 4}/{number}.jpg": secrets.token_bytes(2000) for number in range(6)},
    "two parts": secrets.token_bytes(places.PART + 1000),
}


@pytest.fixture
def unused(copy: Bucket, running_store: ObjectStore) -> Bucket:
    """For processes that are forked: they share no connection with anybody."""
    return replace(copy, client=running_store.client())


def counted(source: Where, target: Where) -> set[str]:
    """Names that a next run would not copy again."""
    request = SyncRequest(source=source, target=target)
    return set(FILES) - {entry.name for entry in planned(request, ignore).copied}


def body(bucket: Bucket, name: str) -> bytes:
    answer = bucket.client.get_object(Bucket=bucket.bucket, Key=bucket.prefix + name)
    return answer["Body"].read()


def test_a_killed_backup_counts_no_file_that_is_not_whole(
    copy: Bucket, unused: Bucket, running_store: ObjectStore, tmp_path: Path
) -> None:
    media = fill(tmp_path, FILES)

    def work(number: int) -> None:
        sync(media, replace(unused, prefix=f"{number}/"), jobs=4)

    seen: list[int] = []
    for number, moment in enumerate(moments(lambda: work(-1), lambda: empty(copy, "-1/"))):
        target = replace(copy, prefix=f"{number}/")
        killed(lambda number=number: work(number), moment)
        whole = counted(media, target)
        assert {name: body(target, name) for name in whole} == {n: FILES[n] for n in whole}
        seen.append(len(whole))
        sync(media, target, abandoned_after=NOW)
        assert {name: body(target, name) for name in FILES} == FILES

    assert any(0 < files < len(FILES) for files in seen), "no kill fell into the copying"
    assert running_store.uploads(copy.bucket) == []


def test_a_killed_restore_counts_no_file_that_is_not_whole(
    copy: Bucket, unused: Bucket, tmp_path: Path
) -> None:
    sync(fill(tmp_path / "media", FILES), copy)

    def folder(number: int) -> Folder:
        root = tmp_path / str(number)
        root.mkdir(exist_ok=True)
        return Folder(root)

    def work(number: int) -> None:
        sync(unused, folder(number), jobs=4)

    seen: list[int] = []
    for number, moment in enumerate(moments(lambda: work(-1), lambda: remove(folder(-1)))):
        killed(lambda number=number: work(number), moment)
        whole = counted(copy, folder(number))
        found = contents(folder(number).root)
        assert {name: found[name] for name in whole} == {name: FILES[name] for name in whole}
        seen.append(len(whole))
        sync(copy, folder(number))
        assert contents(folder(number).root) == FILES, "and nothing unfinished is left"

    assert any(0 < files < len(FILES) for files in seen), "no kill fell into the copying"


def empty(copy: Bucket, prefix: str) -> None:
    place = replace(copy, prefix=prefix)
    for entry in place.entries():
        place.delete(entry.name)


def remove(folder: Folder) -> None:
    for entry in folder.entries():
        folder.delete(entry.name)
