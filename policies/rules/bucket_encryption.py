"""Every bucket says how it encrypts what it stores."""

from collections.abc import Iterator

from evaluation.buckets import BUCKETS, ENCRYPTION_CONFIGURATIONS, configurations
from evaluation.levels import Severity
from evaluation.properties import entries, value_at
from evaluation.references import guide, pci, security_hub
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Reject a bucket without a server-side encryption configuration that says how."""
    found = configurations(bucket, stack, ENCRYPTION_CONFIGURATIONS)
    if not found:
        yield (
            f"bucket {bucket.name} has no server-side encryption configuration; stored data "
            "must be encrypted. Add a BucketServerSideEncryptionConfiguration for it."
        )
    elif not any(_encrypts(each) for each in found):
        yield (
            f"the server-side encryption configuration of bucket {bucket.name} names no algorithm; "
            "stored data must be encrypted. Give it a rule with applyServerSideEncryptionByDefault."
        )


def _encrypts(configuration: Resource) -> bool:
    return any(
        value_at(rule, "applyServerSideEncryptionByDefault", "sseAlgorithm")
        for rule in entries(value_at(configuration.props, "rules"))
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
