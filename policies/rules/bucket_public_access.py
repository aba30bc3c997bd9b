"""Every bucket has a public access block."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.buckets import PUBLIC_ACCESS_BLOCKS, buckets, is_configured
from evaluation.mandatory import StackViolation, stack_policy


def check(resources: Sequence[PolicyResource]) -> Iterator[StackViolation]:
    """Reject a bucket without a public access block; `public-access-block` reads the block."""
    for bucket in buckets(resources):
        if not is_configured(bucket, resources, PUBLIC_ACCESS_BLOCKS):
            yield StackViolation(
                f"bucket {bucket.name} has no public access block; nothing stored may be public. "
                "Add a BucketPublicAccessBlock for it with all four flags true.",
                bucket.urn,
            )


BUCKET_PUBLIC_ACCESS = stack_policy(
    name="bucket-public-access",
    description="Buckets have a public access block (guide, Compliance: Data Protection).",
    severity=Severity.CRITICAL,
    check=check,
)
