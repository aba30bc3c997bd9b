"""What S3 deletes and moves by itself, by what a bucket holds."""

from typing import Literal

from pulumi_aws import s3

from settings.storage import StorageSettings

Purpose = Literal["backups", "media", "configuration", "logs", "audit"]

ABANDONED_UPLOAD_DAYS = 7
"""Parts of an upload that never finished are invisible but billed."""

LOG_DAYS = 400
"""Auditors look a year back; the rest is time to notice and to ask."""

DATABASE_BACKUPS = "database/"
"""Where `ops backup` writes. Beside it lies the copy of the media bucket, whose objects are written
once and stay as long as their originals."""

SELDOM_READ_DAYS = 30
"""Media is read when it is new. Intelligent tiering costs nothing to read again, as other cheap
classes do, and leaves alone what is too small to be worth it."""

Rule = s3.BucketLifecycleConfigurationRuleArgs


def lifecycle_rules(purpose: Purpose, settings: StorageSettings) -> list[Rule]:
    """The rules of a bucket: its current objects, then what was overwritten or deleted."""
    current = {
        "backups": _expire(settings.backup_retention_days, DATABASE_BACKUPS),
        "logs": _expire(LOG_DAYS),
        "audit": _expire(LOG_DAYS),
        "media": _tier(),
        "configuration": None,
    }[purpose]
    return [*([current] if current else []), _forget(settings.noncurrent_days)]


def _expire(days: int, prefix: str | None = None) -> Rule:
    return Rule(
        id="retention",
        status="Enabled",
        filter=s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=prefix),
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(days=days),
    )


def _tier() -> Rule:
    transition = s3.BucketLifecycleConfigurationRuleTransitionArgs(
        days=SELDOM_READ_DAYS, storage_class="INTELLIGENT_TIERING"
    )
    return Rule(id="tiering", status="Enabled", filter=_everything(), transitions=[transition])


def _forget(days: int) -> Rule:
    return Rule(
        id="old-versions",
        status="Enabled",
        filter=_everything(),
        noncurrent_version_expiration=(
            s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(noncurrent_days=days)
        ),
        abort_incomplete_multipart_upload=(
            s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                days_after_initiation=ABANDONED_UPLOAD_DAYS
            )
        ),
        # A marker under which no version is left only makes listings slow.
        expiration=s3.BucketLifecycleConfigurationRuleExpirationArgs(
            expired_object_delete_marker=True
        ),
    )


def _everything() -> s3.BucketLifecycleConfigurationRuleFilterArgs:
    """An empty filter means every object."""
    return s3.BucketLifecycleConfigurationRuleFilterArgs()
