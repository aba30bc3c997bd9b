import os
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.cli import app
from scripts.commands import media as command
from scripts.exit_codes import ExitCode
from scripts.media.places import Bucket, Folder
from scripts.media.sync import Synced, run_sync
from tests.scripts.media.conftest import names
from tests.services.object_store import CREDENTIALS, REGION, ObjectStore
from tests.services.postgresql import Server


def test_a_file_that_is_uploaded_during_the_copying_is_not_missing(
    server: Server,
    running_store: ObjectStore,
    media: Folder,
    copy: Bucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.create("live")
    server.run("CREATE TABLE media AS SELECT 'a.jpg' AS path", "live")
    settings = {
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": running_store.endpoint,
        "DATABASE_URL": server.url("live"),
        "BACKUP_BUCKET": copy.bucket,
        "MEDIA_TABLE": "media",
    }

    def meanwhile(*given: Any, **named: Any) -> Synced:
        done = run_sync(*given, **named)
        (media.root / "new.jpg").write_bytes(b"new")
        server.run("INSERT INTO media VALUES ('new.jpg')", "live")
        return done

    monkeypatch.setattr(command, "run_sync", meanwhile)
    arguments = ["media-backup", "--from", os.fspath(media.root)]
    first = CliRunner().invoke(app, arguments, env=settings)
    second = CliRunner().invoke(app, arguments, env=settings)

    assert (first.exit_code, second.exit_code) == (ExitCode.OK, ExitCode.OK), first.output
    assert "new.jpg" in names(copy)
