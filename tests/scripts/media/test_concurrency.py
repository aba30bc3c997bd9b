"""Copies at once: the second on a machine is told; those of several machines spoil nothing."""

import os
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

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


def test_a_copy_that_runs_here_already_is_told_and_nothing_is_copied(
    running_store: ObjectStore, media: Folder, copy: Bucket
) -> None:
    settings = {
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": running_store.endpoint,
        "BACKUP_BUCKET": copy.bucket,
    }
    arguments = ["media-backup", "--from", os.fspath(media.root)]
    with file_lock(Path(tempfile.gettempdir(), "messaging-app-ops"), "media-backup"):
        second = CliRunner().invoke(app, arguments, env=settings)

    assert isinstance(second.exception, OpsError), second.output
    assert second.exception.code == ExitCode.LOCKED
    assert running_store.keys(copy.bucket) == []


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
