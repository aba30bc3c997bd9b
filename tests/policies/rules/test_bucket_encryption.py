"""Buckets without an encryption configuration are rejected."""

from rules.bucket_encryption import BUCKET_ENCRYPTION
from tests.policies.evaluate import Resource, stack_violations
from tests.policies.factories import bucket, bucket_encryption, public_access_block


def test_a_bucket_with_an_encryption_configuration_passes() -> None:
    assert stack_violations(BUCKET_ENCRYPTION, [bucket(), bucket_encryption()]) == []


def test_the_bucket_may_be_named_in_plain_text() -> None:
    named = Resource(type=bucket().type, name="media", properties={"bucket": "acme-media"})
    encryption = Resource(type=bucket_encryption().type, properties={"bucket": "acme-media"})
    assert stack_violations(BUCKET_ENCRYPTION, [named, encryption]) == []


def test_a_bucket_without_one_is_rejected() -> None:
    other = Resource(type=bucket().type, name="backups", properties={"bucket": "acme-backups"})
    resources = [bucket(), bucket_encryption(), other]
    assert stack_violations(BUCKET_ENCRYPTION, resources) == [
        (
            "bucket backups has no server-side encryption configuration; stored data must be "
            "encrypted. Add a BucketServerSideEncryptionConfiguration for it.",
            other.urn,
        )
    ]


def test_another_configuration_of_the_bucket_does_not_count() -> None:
    assert len(stack_violations(BUCKET_ENCRYPTION, [bucket(), public_access_block()])) == 1


def test_the_configuration_of_a_bucket_named_after_it_does_not_count() -> None:
    media = Resource(type=bucket().type, name="media", properties={"bucket": "acme-media"})
    logs = Resource(
        type=bucket_encryption().type,
        depends={"bucket": ["media"]},
        properties={"bucket": "acme-media-logs"},
    )
    assert len(stack_violations(BUCKET_ENCRYPTION, [media, logs])) == 1
