"""Every bucket says how it encrypts what it stores."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.buckets import BUCKETS, ENCRYPTION_CONFIGURATIONS, is_configured
from evaluation.mandatory import stack_policy


def check(bucket: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    """Reject a bucket without a server-side encryption configuration beside it."""
    if not is_configured(bucket, resources, ENCRYPTION_CONFIGURATIONS):
        yield (
            f"bucket {bucket.name} has no server-side encryption configuration; stored data "
            "must be encrypted. Add a BucketServerSideEncryptionConfiguration for it."
        )


BUCKET_ENCRYPTION = stack_policy(
    name="bucket-encryption",
    description="Buckets are encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    resource_types=BUCKETS,
    check=check,
)
