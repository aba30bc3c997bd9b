"""Every bucket says how it encrypts what it stores."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.buckets import ENCRYPTION_CONFIGURATIONS, buckets, is_configured
from evaluation.mandatory import StackViolation, stack_policy


def check(resources: Sequence[PolicyResource]) -> Iterator[StackViolation]:
    """Reject a bucket without a server-side encryption configuration beside it."""
    for bucket in buckets(resources):
        if not is_configured(bucket, resources, ENCRYPTION_CONFIGURATIONS):
            yield StackViolation(
                f"bucket {bucket.name} has no server-side encryption configuration; stored data "
                "must be encrypted. Add a BucketServerSideEncryptionConfiguration for it.",
                bucket.urn,
            )


BUCKET_ENCRYPTION = stack_policy(
    name="bucket-encryption",
    description="Buckets are encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    check=check,
)
