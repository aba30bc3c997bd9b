"""Every bucket has a public access block."""

from collections.abc import Iterator

from evaluation.buckets import BUCKETS, PUBLIC_ACCESS_BLOCKS, is_configured
from evaluation.levels import Severity
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Reject a bucket without a public access block; `public-access-block` reads the block."""
    if not is_configured(bucket, stack, PUBLIC_ACCESS_BLOCKS):
        yield (
            f"bucket {bucket.name} has no public access block; nothing stored may be public. "
            "Add a BucketPublicAccessBlock for it with all four flags true."
        )


BUCKET_PUBLIC_ACCESS = StackRule(
    name="bucket-public-access",
    title="Buckets have a public access block",
    why=(
        "Without a block of its own a bucket is as private as its policy of today, and the "
        "account's block may be lifted by others."
    ),
    severity=Severity.CRITICAL,
    references=(
        guide("Compliance: Data Protection"),
        cis("2.1.4"),
        fsbp("S3.8"),
        pci("1.4.4"),
    ),
    fix="Add a BucketPublicAccessBlock for the bucket.",
    example=Example(
        violates="a Bucket alone",
        complies="a Bucket and its BucketPublicAccessBlock",
    ),
    resource_types=BUCKETS,
    beside=PUBLIC_ACCESS_BLOCKS,
    check=check,
)
