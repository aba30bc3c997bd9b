"""Buckets without a public access block are rejected."""

from rules.bucket_public_access import BUCKET_PUBLIC_ACCESS
from tests.policies.evaluate import stack_violations
from tests.policies.factories import bucket, bucket_encryption, public_access_block


def test_a_bucket_with_a_public_access_block_passes() -> None:
    assert stack_violations(BUCKET_PUBLIC_ACCESS, [bucket(), public_access_block()]) == []


def test_a_bucket_without_one_is_rejected() -> None:
    assert stack_violations(BUCKET_PUBLIC_ACCESS, [bucket(), bucket_encryption()]) == [
        (
            "bucket media has no public access block; nothing stored may be public. Add a "
            "BucketPublicAccessBlock for it with all four flags true.",
            bucket().urn,
        )
    ]
