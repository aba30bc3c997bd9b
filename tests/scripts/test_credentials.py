"""Credentials that S3 does not know, or that have no right to it."""

import secrets
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import aws, postgresql, settings
from scripts.backup.dump import BackupRequest, run_backup
from scripts.backup.repository import Origin, Repository
from scripts.exit_codes import ExitCode
from scripts.faults import explained
from scripts.media.places import Bucket, Folder
from scripts.media.sync import SyncRequest, run_sync
from tests.services.object_store import REGION, ObjectStore
from tests.services.postgresql import Server


def ignore(*_: object) -> None:
    """Nobody listens."""


def user_without_rights(store: ObjectStore) -> tuple[str, str]:
    session: Any = boto3.Session(region_name=REGION)
    iam = session.client("iam", endpoint_url=store.endpoint)
    name = f"user-{secrets.token_hex(4)}"
    iam.create_user(UserName=name)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("unknown", "does not exist in our records"),
        ("secret", "does not match the signature you provided"),
        ("rights", "AWS did not allow"),
    ],
)
def test_wrong_credentials_are_a_sentence_and_touch_nothing(
    server: Server,
    running_store: ObjectStore,
    tmp_path: Path,
    *,
    fault: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.create("live")
    bucket = f"credentials-{secrets.token_hex(4)}"
    running_store.create(bucket)
    identity, secret = user_without_rights(running_store)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY" if fault == "unknown" else identity)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong" if fault == "secret" else secret)
    given = settings.load(aws_endpoint_url=running_store.endpoint, aws_region=REGION)
    repository = Repository(partial(aws.s3, given), bucket)
    (tmp_path / "a.jpg").write_bytes(b"picture")
    copy, folder = Bucket(aws.s3(given), bucket, "media/"), Folder(tmp_path)
    connection = postgresql.parameters(server.secret_url("live"), "DATABASE_URL")
    backup = BackupRequest(connection=connection, environment="test", jobs=1)

    with running_store.checking_credentials():
        for work in (
            lambda: run_backup(repository, backup, report=ignore, advance=ignore),
            lambda: repository.find("latest", origin=Origin(database="a", environment="b")),
            lambda: run_sync(
                SyncRequest(source=folder, target=copy), report=ignore, advance=ignore
            ),
            lambda: run_sync(
                SyncRequest(source=copy, target=folder, delete=True, for_real=True),
                report=ignore,
                advance=ignore,
            ),
        ):
            with pytest.raises(Exception) as raised:
                work()
            found = explained(raised.value)
            assert found and found.code == ExitCode.UNREACHABLE
            assert said in str(found) or "Forbidden" in str(found)
            assert secret not in str(found)

    assert running_store.keys(bucket) == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
