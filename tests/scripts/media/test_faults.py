"""S3, disks, clocks and names on bad days: a file is copied as a whole or counts as missing."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from scripts import aws, settings
from scripts.faults import OpsError
from scripts.media import places
from scripts.media import sync as procedure
from scripts.media.places import Bucket, Folder
from scripts.media.sync import SyncRequest, run_sync
from tests.scripts.media.conftest import FILES, contents, fill, ignore, names, sync
from tests.services.faulty_proxy import Fault, Proxy, every, faulty_proxy
from tests.services.object_store import REGION, ObjectStore
from tests.services.small_disk import small_disk, used


def through(copy: Bucket, proxy: Proxy) -> Bucket:
    """The bucket as `ops` reaches it, through a proxy."""
    given = settings.load(aws_endpoint_url=proxy.endpoint, aws_region=REGION)
    return replace(copy, client=aws.s3(given))


@pytest.mark.parametrize("fault", ["500", "503", "slow", "cut request", "cut answer"])
def test_an_object_store_that_fails_now_and_then_is_asked_again(
    media: Folder, copy: Bucket, back: Folder, running_store: ObjectStore, fault: Fault
) -> None:
    with faulty_proxy(running_store.endpoint, every(3, fault)) as proxy:
        sync(media, through(copy, proxy))
        sync(through(copy, proxy), back)

    assert contents(back.root) == FILES
    assert sync(media, copy).copied == 0


def test_a_file_that_fails_for_good_does_not_stop_the_others_and_the_next_run_goes_on(
    media: Folder, copy: Bucket, back: Folder, running_store: ObjectStore
) -> None:
    sync(media, copy)

    def choose(_number: int, _method: str, path: str) -> Fault:
        return "cut answer" if path.endswith("large") else "none"

    with (
        faulty_proxy(running_store.endpoint, choose) as proxy,
        pytest.raises(OpsError, match=r"1 of 4 files could not be copied .*: large \(it broke off"),
    ):
        sync(through(copy, proxy), back, delete=True, for_real=True)

    assert names(back) == sorted(set(FILES) - {"large"})
    assert sorted(contents(back.root)) == names(back), "nothing unfinished is left"
    assert sync(copy, back).copied == 1
    assert contents(back.root) == FILES


def test_a_failed_upload_leaves_no_parts(
    media: Folder, copy: Bucket, running_store: ObjectStore
) -> None:
    def choose(_number: int, _method: str, path: str) -> Fault:
        return "500" if "partNumber=2" in path else "none"

    with (
        faulty_proxy(running_store.endpoint, choose) as proxy,
        pytest.raises(OpsError, match=r"1 of 4 files could not be copied"),
    ):
        sync(media, replace(copy, client=running_store.client(proxy.endpoint)))

    assert running_store.uploads(copy.bucket) == []
    assert "large" not in names(copy)


def test_an_object_store_that_is_gone_is_not_asked_for_every_file(
    media: Folder,
    copy: Bucket,
    back: Folder,
    running_store: ObjectStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sync(media, copy)
    monkeypatch.setattr(aws, "ATTEMPTS", 1)
    monkeypatch.setattr(procedure, "MOST_FAULTS", 2)

    def choose(_number: int, _method: str, path: str) -> Fault:
        return "none" if "list-type" in path else "503"

    with (
        faulty_proxy(running_store.endpoint, choose) as proxy,
        pytest.raises(OpsError, match=r"2 of 4 .* 2 were not tried any more; run this again\."),
    ):
        sync(through(copy, proxy), back, jobs=1)


def test_a_disk_that_is_full_gets_its_space_back(media: Folder, copy: Bucket) -> None:
    sync(media, copy)
    with small_disk(10) as disk:
        with pytest.raises(OpsError) as raised:
            sync(copy, Folder(disk))

        assert str(raised.value) == (
            f"1 of 4 files could not be copied from {copy} to {disk}: large ([Errno 28] No space "
            "left on device). The others are there; run this again."
        )
        assert contents(disk) == {name: body for name, body in FILES.items() if name != "large"}
        assert used(disk) < 1 << 20


class Clock(datetime):
    """A clock that was set to another time."""

    wrong_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz or UTC) + cls.wrong_by


@pytest.mark.parametrize("days", [-365, -1, 1, 365])
def test_a_changed_file_is_copied_whatever_the_clock_says(
    media: Folder, copy: Bucket, back: Folder, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same size, so that only the time tells."""
    sync(media, copy)
    wrong_by = timedelta(days=days)
    monkeypatch.setattr(Clock, "wrong_by", wrong_by)
    monkeypatch.setattr(procedure, "datetime", Clock)
    (media.root / "a.jpg").write_bytes(b"PICTURE")
    modified = (datetime.now(UTC) + wrong_by).timestamp()
    os.utime(media.root / "a.jpg", (modified, modified))
    said: list[str] = []

    run_sync(SyncRequest(source=media, target=copy), report=said.append, advance=ignore)
    sync(copy, back)

    assert contents(back.root) == {**FILES, "a.jpg": b"PICTURE"}
    assert len(said) == (days < 0)
    assert all("s behind that of S3. Files count as newer by that much" in text for text in said)


def test_a_clock_that_jumped_removes_nothing(media: Folder, copy: Bucket) -> None:
    """What is removed is decided by names; an upload that runs, by the clock of S3."""
    copy.client.create_multipart_upload(Bucket=copy.bucket, Key="media/running")
    sync(media, copy)
    done = sync(media, copy, delete=True, for_real=True)

    assert done.deleted == 0
    assert "UploadId" in str(copy.client.list_multipart_uploads(Bucket=copy.bucket))


def test_names_of_all_kinds_come_back(copy: Bucket, back: Folder, tmp_path: Path) -> None:
    odd = [
        "a b", " leading and trailing ", 'double "quoted"', "it's", "back\\slash", "tab\t",
        "日本語/写真 🎉.jpg", "e\u0301 and é", "%2e%2e", "a+b&c=d?e#f", "$HOME;`ls`", "-rf", "*",
        "~", "..hidden..", "x" * 255,
    ]  # fmt: skip
    files = {name: name.encode() for name in odd}

    sync(fill(tmp_path / "odd", files), copy)
    sync(copy, back)

    assert contents(back.root) == files


def test_a_name_that_s3_cannot_have_is_told_and_the_others_are_copied(
    media: Folder, copy: Bucket
) -> None:
    Path(os.fsdecode(bytes(media.root) + b"/caf\xe9")).write_bytes(b"latin")

    with pytest.raises(OpsError) as raised:
        sync(media, copy)

    assert str(raised.value) == (
        f"1 of 5 files could not be copied from {media} to {copy}: caf\\udce9 (its name is not "
        "UTF-8, which S3 wants: rename it). The others are there; run this again."
    )
    assert names(copy) == sorted(FILES)


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(
    media: Folder, copy: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything: the fault is that of a broken disk."""
    sync(media, copy)
    real = os.scandir

    def broken(path: str) -> object:
        if str(path).endswith("deep"):
            raise OSError(5, "Input/output error", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", broken)
    with pytest.raises(OSError, match="Input/output error"):
        sync(media, copy, delete=True, for_real=True)

    assert names(copy) == sorted(FILES)


def test_a_file_that_is_written_to_meanwhile_is_not_taken_for_copied(
    media: Folder, copy: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = places.Upload.part

    def slowly(upload: places.Upload, data: bytes) -> None:
        part(upload, data)
        with (media.root / "large").open("r+b") as file:
            file.write(b"new")

    monkeypatch.setattr(places.Upload, "part", slowly)
    with pytest.raises(OpsError, match=r"large \(it was written to while it was read\)"):
        sync(media, copy)
    monkeypatch.undo()

    assert "large" not in names(copy)
    assert sync(media, copy).copied == 1
