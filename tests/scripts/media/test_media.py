import os
import time
from pathlib import Path

import pytest
from botocore.response import StreamingBody

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.media.consistency import compare
from scripts.media.consistency import names as named_in
from scripts.media.places import Bucket, Folder
from tests.scripts.media.conftest import FILES, contents, fill, names, sync
from tests.services.postgresql import Server


def test_a_folder_comes_back_from_a_bucket_as_it_was(
    media: Folder, copy: Bucket, back: Folder
) -> None:
    sync(media, copy)
    sync(copy, back)
    assert contents(back.root) == FILES


def test_a_bucket_is_copied_to_another(media: Folder, copy: Bucket, tmp_path: Path) -> None:
    sync(media, copy)
    other = Bucket(copy.client, copy.bucket, "other/")

    done = sync(copy, other)
    sync(other, Folder(tmp_path / "media"), rewrite=True)

    assert (done.copied, names(other)) == (4, sorted(FILES))
    assert contents(tmp_path / "media") == FILES


def test_only_what_is_new_or_differs_is_copied_again(media: Folder, copy: Bucket) -> None:
    sync(media, copy)
    fill(media.root, {"a.jpg": b"another picture", "new": b"new"})

    done = sync(media, copy)

    assert (done.copied, done.copied_bytes, done.same) == (2, len(b"another picture") + 3, 3)
    assert sync(media, copy).copied == 0


def test_what_was_restored_is_not_copied_back_again(
    media: Folder, copy: Bucket, back: Folder
) -> None:
    sync(media, copy)
    sync(copy, back)
    assert (sync(copy, back).copied, sync(back, copy).copied) == (0, 0)


def test_a_copy_that_is_newer_than_its_original_is_not_copied_back(
    media: Folder, copy: Bucket
) -> None:
    sync(media, copy)
    (media.root / "a.jpg").write_bytes(b"PICTURE")
    earlier = time.time() - 60
    os.utime(media.root / "a.jpg", (earlier, earlier))

    done = sync(copy, media)

    assert (done.copied, done.same) == (1, 3), "what differs comes back, and nothing else"
    assert contents(media.root) == FILES


def test_a_copy_in_a_bucket_that_is_newer_than_its_original_is_not_copied_back(
    media: Folder, copy: Bucket
) -> None:
    sync(media, copy)
    later = Bucket(copy.client, copy.bucket, "later/")
    time.sleep(1.1)  # S3 dates in whole seconds
    sync(copy, later)
    copy.client.put_object(Bucket=copy.bucket, Key="later/a.jpg", Body=b"PICTURE")

    done = sync(later, copy)

    assert (done.copied, done.same) == (1, 3)


def test_an_object_of_parts_that_is_not_what_was_written_does_not_arrive(
    media: Folder, copy: Bucket, back: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(media, copy)
    read = StreamingBody.read

    def changed(body: StreamingBody, size: int | None = None) -> bytes:
        return read(body, size).replace(b"\0", b"\1")

    monkeypatch.setattr(StreamingBody, "read", changed)

    with pytest.raises(OpsError, match=r"large \(it is not what was written, by its SHA-256\)"):
        sync(copy, back)

    assert "large" not in names(back)


def test_nothing_is_removed_unless_asked_and_first_it_is_only_said(
    media: Folder, copy: Bucket
) -> None:
    sync(media, copy)
    (media.root / "a.jpg").unlink()

    assert sync(media, copy).superfluous == []
    said = sync(media, copy, delete=True)
    assert (said.superfluous, said.deleted) == (["a.jpg"], 0)
    assert names(copy) == sorted(FILES)

    done = sync(media, copy, delete=True, for_real=True)
    assert done.deleted == 1
    assert names(copy) == sorted(set(FILES) - {"a.jpg"})


def test_an_empty_source_removes_nothing(media: Folder, copy: Bucket, tmp_path: Path) -> None:
    sync(media, copy)
    (tmp_path / "unmounted").mkdir()

    with pytest.raises(OpsError, match=r"is empty, and .* has 4 files") as raised:
        sync(Folder(tmp_path / "unmounted"), copy, delete=True, for_real=True)

    assert raised.value.code == ExitCode.REFUSED
    assert names(copy) == sorted(FILES)


def test_a_folder_that_is_missing_is_not_an_empty_one(copy: Bucket, tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="There is no folder") as raised:
        sync(Folder(tmp_path / "nowhere"), copy)
    assert raised.value.code == ExitCode.NOT_FOUND


def test_a_dry_run_copies_nothing(media: Folder, copy: Bucket) -> None:
    done = sync(media, copy, dry_run=True, delete=True, for_real=True)
    assert (done.copied, names(copy)) == (4, [])


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a//b", "a/../../out"])
def test_no_name_leads_out_of_the_folder(copy: Bucket, tmp_path: Path, name: str) -> None:
    copy.client.put_object(Bucket=copy.bucket, Key=f"media/{name}", Body=b"x")
    target = tmp_path / "inner" / "target"
    target.mkdir(parents=True)

    with pytest.raises(OpsError, match="1 of 1 files could not be copied"):
        sync(copy, Folder(target))

    assert contents(tmp_path) == {}


def test_a_link_is_not_followed(media: Folder, copy: Bucket, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"not media")
    (media.root / "link").symlink_to(tmp_path / "secret")

    sync(media, copy)

    assert names(copy) == sorted(FILES)


def test_names_in_the_database_and_files_are_compared_both_ways(
    server: Server, media: Folder
) -> None:
    server.create("live")
    server.run(
        'CREATE SCHEMA chat; CREATE TABLE chat.media ("the path" text);'
        "INSERT INTO chat.media VALUES ('a.jpg'), ('a.jpg'), ('empty'), ('gone'), (NULL)",
        "live",
    )
    with server.connect("live") as session:
        found = compare(named_in(session, "chat.media", "the path"), media)

    assert found.named == 3
    assert found.missing == ["gone"]
    assert found.unknown == ["deep/er/b ü.bin", "large"]
