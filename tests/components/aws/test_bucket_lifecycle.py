"""Backups and logs expire, media and configuration stay, old versions are forgotten."""

from typing import Any

import pytest

from components.aws.bucket_lifecycle import DATABASE_BACKUPS, Purpose
from components.aws.storage import Bucket, BucketArgs
from components.identity import Identity
from scripts.backup import repository
from scripts.commands.media import PREFIX
from settings.storage import StorageSettings
from tests.components.recording import record

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"

OLD_VERSIONS = {
    "id": "old-versions",
    "status": "Enabled",
    "filter": {},
    "noncurrentVersionExpiration": {"noncurrentDays": 30},
    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
    "expiration": {"expiredObjectDeleteMarker": True},
}


def rules(identity: Identity, purpose: Purpose) -> list[dict[str, Any]]:
    args = BucketArgs(
        identity=identity,
        purpose=purpose,
        settings=StorageSettings(backup_retention_days=35, noncurrent_days=30),
        kms_key_arn=None,
        protect=False,
    )
    return record(lambda: Bucket(purpose, args)).one(LIFECYCLE).inputs["rules"]


@pytest.mark.parametrize("purpose", ["logs", "audit"])
def test_logs_expire_after_their_retention(identity: Identity, purpose: Purpose) -> None:
    assert rules(identity, purpose) == [
        {"id": "retention", "status": "Enabled", "filter": {}, "expiration": {"days": 400}},
        OLD_VERSIONS,
    ]


def test_of_the_backups_only_those_of_the_database_expire(identity: Identity) -> None:
    """The copy of the media beside them is written once and has to stay."""
    assert rules(identity, "backups") == [
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {"prefix": "database/"},
            "expiration": {"days": 35},
        },
        OLD_VERSIONS,
    ]
    assert repository.ROOT == DATABASE_BACKUPS
    assert not PREFIX.startswith(DATABASE_BACKUPS)


def test_current_media_never_expire_but_move_to_where_storage_is_cheap(identity: Identity) -> None:
    assert rules(identity, "media") == [
        {
            "id": "tiering",
            "status": "Enabled",
            "filter": {},
            "transitions": [{"days": 30, "storageClass": "INTELLIGENT_TIERING"}],
        },
        OLD_VERSIONS,
    ]


def test_of_configuration_only_old_versions_are_forgotten(identity: Identity) -> None:
    assert rules(identity, "configuration") == [OLD_VERSIONS]
