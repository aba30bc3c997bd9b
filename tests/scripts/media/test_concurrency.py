"""Copies at once: the second on a machine is told; those of several machines spoil nothing."""

import os
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts.cli import app
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.locks import file_lock
from scripts.media.places import Bucket, Folder
from tests.scripts.concurrency import together
from tests.scripts.media.conftest import FILES, contents, sync
from tests.services.object_store import REGION, ObjectStore

NOTHING_IS = timedelta(days=100 * 365)
"""Old enough to have been abandoned: to moto every upload began in 2010."""


def test_a_copy_that_runs_here_already_is_told_whatever_its_temporary_folder(
    running_store: ObjectStore,
    media: Folder,
    copy: Bucket,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container has a /tmp of its own, and only what `ops` remembers in common."""
    monkeypatch.setattr(tempfile, "tempdir", os.fspath(tmp_path))
    with file_lock(tmp_path / "state", "media-backup"):
        fault = refused(running_store, media, copy)

    assert fault.code == ExitCode.LOCKED
    assert running_store.keys(copy.bucket) == []


def test_a_lock_that_leads_elsewhere_overwrites_nothing(
    running_store: ObjectStore, media: Folder, copy: Bucket, tmp_path: Path
) -> None:
    target = tmp_path / "passwd"
    target.write_text("root")
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "media-backup.lock").symlink_to(target)

    fault = refused(running_store, media, copy)

    assert target.read_text() == "root"
    assert fault.code == ExitCode.MISCONFIGURED
    assert str(fault) == (
        f"The lock of media-backup could not be taken in {tmp_path}/state: Too many levels of "
        "symbolic links. Run this as a user who may write there, or name another folder in "
        "STATE_DIRECTORY, the same one for everybody who copies on this machine."
    )
    assert running_store.keys(copy.bucket) == []


def refused(store: ObjectStore, media: Folder, copy: Bucket) -> OpsError:
    """Return why `ops media-backup` does not copy."""
    settings = {
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": store.endpoint,
        "BACKUP_BUCKET": copy.bucket,
    }
    arguments = ["media-backup", "--from", os.fspath(media.root)]
    ran = CliRunner().invoke(app, arguments, env=settings)
    assert isinstance(ran.exception, OpsError), ran.output
    return ran.exception


def test_copies_of_several_machines_at_once_are_whole(
    running_store: ObjectStore, media: Folder, copy: Bucket, back: Folder
) -> None:
    def upload() -> None:
        sync(media, bucket(), abandoned_after=NOTHING_IS)

    def download() -> None:
        sync(bucket(), back)

    def bucket() -> Bucket:
        """For one process: none shares connections with another."""
        return replace(copy, client=running_store.client())

    assert together(upload, upload, upload) == [None] * 3
    assert together(download, download, download) == [None] * 3

    assert contents(back.root) == FILES
    assert running_store.uploads(copy.bucket) == []
