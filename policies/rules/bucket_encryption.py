"""Every bucket says how it encrypts what it stores."""

from collections.abc import Iterator

from evaluation.buckets import BUCKETS, ENCRYPTION_CONFIGURATIONS, is_configured
from evaluation.levels import Severity
from evaluation.references import guide, pci, security_hub
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Reject a bucket without a server-side encryption configuration beside it."""
    if not is_configured(bucket, stack, ENCRYPTION_CONFIGURATIONS):
        yield (
            f"bucket {bucket.name} has no server-side encryption configuration; stored data "
            "must be encrypted. Add a BucketServerSideEncryptionConfiguration for it."
        )


BUCKET_ENCRYPTION = StackRule(
    name="bucket-encryption",
    title="Buckets are encrypted",
    why=(
        "Only a configuration of its own says which key the objects are encrypted with, and so "
        "who can read them."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Data Protection"),
        security_hub("S3.17"),
        pci("3.5.1"),
    ),
    fix="Add a BucketServerSideEncryptionConfiguration that names the stack's key.",
    example=Example(
        violates="a Bucket alone",
        complies="a Bucket and its BucketServerSideEncryptionConfiguration",
    ),
    resource_types=BUCKETS,
    beside=ENCRYPTION_CONFIGURATIONS,
    check=check,
)
