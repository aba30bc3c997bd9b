"""Buckets without an encryption configuration are rejected."""

import pytest

from rules.bucket_encryption import BUCKET_ENCRYPTION
from tests.policies.evaluate import Resource, stack_violations
from tests.policies.factories import bucket, bucket_encryption, public_access_block, with_properties


def test_a_bucket_with_an_encryption_configuration_passes() -> None:
    assert stack_violations(BUCKET_ENCRYPTION, [bucket(), bucket_encryption()]) == []


def test_the_bucket_may_be_named_in_plain_text() -> None:
    named = Resource(type=bucket().type, name="media", properties={"bucket": "acme-media"})
    encryption = with_properties(bucket_encryption(), {"bucket": "acme-media"})
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


@pytest.mark.parametrize("rules", [None, [], [{}], [{"bucketKeyEnabled": True}]])
def test_a_configuration_without_an_algorithm_is_rejected(rules: object) -> None:
    empty = with_properties(bucket_encryption(), {"rules": rules})
    assert stack_violations(BUCKET_ENCRYPTION, [bucket(), empty]) == [
        (
            "the server-side encryption configuration of bucket media names no algorithm; stored "
            "data must be encrypted. Give it a rule with applyServerSideEncryptionByDefault.",
            bucket().urn,
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
