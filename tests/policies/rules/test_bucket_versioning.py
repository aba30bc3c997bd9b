"""Buckets that keep no old versions are rejected."""

import pytest

from rules.bucket_versioning import BUCKET_VERSIONING
from tests.policies.evaluate import stack_violations
from tests.policies.factories import bucket, bucket_versioning

MESSAGE = (
    "bucket media keeps no old versions, so what is overwritten or deleted is gone. "
    "Add a BucketVersioning for it with status Enabled."
)


def test_an_enabled_versioning_passes() -> None:
    assert stack_violations(BUCKET_VERSIONING, [bucket(), bucket_versioning()]) == []


@pytest.mark.parametrize("status", ["Suspended", "Disabled", ""])
def test_one_that_is_not_enabled_is_rejected(status: str) -> None:
    assert stack_violations(BUCKET_VERSIONING, [bucket(), bucket_versioning(status)]) == [
        (MESSAGE, bucket().urn)
    ]


def test_a_bucket_without_one_is_rejected() -> None:
    assert stack_violations(BUCKET_VERSIONING, [bucket()]) == [(MESSAGE, bucket().urn)]
