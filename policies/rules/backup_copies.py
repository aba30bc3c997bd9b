"""Buckets for backups delete what is old, and have a copy elsewhere."""

from collections.abc import Collection, Iterator

from evaluation.buckets import BUCKETS, LIFECYCLES, REPLICATIONS, configurations
from evaluation.levels import Severity
from evaluation.properties import entries, known_at, value_at
from evaluation.references import fsbp, guide, security_hub
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule

NAMES = ("bucket", "bucketPrefix")


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Ask a bucket whose name says backup for a lifecycle and a replication; a copy has neither."""
    if not _holds_backups(bucket) or stack.made_from(bucket, REPLICATIONS, "rules"):
        return
    if not _is_enabled(bucket, stack, LIFECYCLES):
        yield (
            f"bucket {bucket.name} holds backups and never deletes any. "
            "Add a BucketLifecycleConfiguration for it, with a rule that is Enabled."
        )
    if not _is_enabled(bucket, stack, REPLICATIONS):
        yield (
            f"bucket {bucket.name} holds backups and has no copy, so they are lost with their "
            "region. Add a BucketReplicationConfig for it, with a rule that is Enabled, to a "
            "bucket in another region."
        )


def _holds_backups(bucket: Resource) -> bool:
    named = (bucket.name, *(known_at(bucket.props, key) for key in NAMES))
    return any(isinstance(name, str) and "backup" in name.lower() for name in named)


def _is_enabled(bucket: Resource, stack: Stack, kinds: Collection[str]) -> bool:
    """Whether a configuration of these kinds has a rule that does anything."""
    return any(
        value_at(each, "status") == "Enabled"
        for found in configurations(bucket, stack, kinds)
        for each in entries(value_at(found.props, "rules"))
    )


BACKUP_COPIES = StackRule(
    name="backup-copies",
    title="Backups expire, and are copied to another region",
    why="Backups beside the data they are of are lost together with it.",
    severity=Severity.HIGH,
    references=(guide("Backup and Recovery"), security_hub("S3.7"), fsbp("S3.13")),
    fix="Add a BucketLifecycleConfiguration and a BucketReplicationConfig for the bucket.",
    example=Example(
        violates="a Bucket named backups",
        complies="the Bucket, its BucketLifecycleConfiguration and its BucketReplicationConfig",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=BUCKETS,
    beside=(*LIFECYCLES, *REPLICATIONS),
    check=check,
)
