"""Buckets keep what is overwritten or deleted."""

from collections.abc import Iterator

from evaluation.buckets import BUCKETS, VERSIONINGS, configurations
from evaluation.levels import Severity
from evaluation.properties import value_at
from evaluation.references import guide, security_hub
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Reject a bucket without a versioning configuration that is enabled."""
    enabled = any(
        value_at(each.props, "versioningConfiguration", "status") == "Enabled"
        for each in configurations(bucket, stack, VERSIONINGS)
    )
    if not enabled:
        yield (
            f"bucket {bucket.name} keeps no old versions, so what is overwritten or deleted is "
            "gone. Add a BucketVersioning for it with status Enabled."
        )


BUCKET_VERSIONING = StackRule(
    name="bucket-versioning",
    title="Buckets keep old versions",
    why="Backups and media that were overwritten by mistake or malice can be had back.",
    severity=Severity.HIGH,
    references=(guide("Backup and Recovery"), security_hub("S3.14")),
    fix="Add a BucketVersioning with status Enabled for the bucket.",
    example=Example(
        violates="versioningConfiguration: {status: Suspended}",
        complies="versioningConfiguration: {status: Enabled}",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=BUCKETS,
    beside=VERSIONINGS,
    check=check,
)
