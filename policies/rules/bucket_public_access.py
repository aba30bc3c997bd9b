"""Every bucket has a public access block."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.buckets import BUCKETS, PUBLIC_ACCESS_BLOCKS, is_configured
from evaluation.mandatory import stack_policy


def check(bucket: PolicyResource, resources: Sequence[PolicyResource]) -> Iterator[str]:
    """Reject a bucket without a public access block; `public-access-block` reads the block."""
    if not is_configured(bucket, resources, PUBLIC_ACCESS_BLOCKS):
        yield (
            f"bucket {bucket.name} has no public access block; nothing stored may be public. "
            "Add a BucketPublicAccessBlock for it with all four flags true."
        )


BUCKET_PUBLIC_ACCESS = stack_policy(
    name="bucket-public-access",
    description="Buckets have a public access block (guide, Compliance: Data Protection).",
    severity=Severity.CRITICAL,
    resource_types=BUCKETS,
    check=check,
)
