"""Buckets that answer in plain text are rejected."""

import pytest

from evaluation.run import Run
from rules.bucket_transport import BUCKET_TRANSPORT
from tests.policies.evaluate import UNKNOWN, stack_violations
from tests.policies.factories import bucket, bucket_policy, with_properties

TLS = {"Bool": {"aws:SecureTransport": "false"}}
MESSAGE = (
    "bucket media answers requests in plain text. Add a BucketPolicy for it that denies s3:* on it "
    "and its objects to everybody where aws:SecureTransport is false, and has no other condition."
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Action": ["s3:*"]},
        {"Action": "*"},
        {"Condition": {"Bool": {"AWS:securetransport": False}}},
        {"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}},
        {"Resource": ["arn:aws:s3:::media", "arn:aws:s3:::media/*"]},
        {"Resource": "arn:aws:s3:::media*"},
    ],
)
def test_a_policy_that_refuses_plain_text_passes(changes: dict[str, object]) -> None:
    assert stack_violations(BUCKET_TRANSPORT, [bucket(), bucket_policy(**changes)]) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {"Action": "s3:GetObject"},
        {"Condition": {}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}},
        {"Condition": {"Bool": "false"}},
        {"Condition": {"Bool": {"aws:SecureTransport": ["true"]}}},
        {"Condition": {"Bool": {"aws:SecureTransport": []}}},
        {"Condition": {"Bool": TLS["Bool"], "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Condition": {"Bool": {**TLS["Bool"], "aws:ViaAWSService": "false"}}},
        {"Condition": {"StringEquals": TLS["Bool"]}},
        {"Resource": "arn:aws:s3:::media"},
        {"Resource": "arn:aws:s3:::media/*"},
        {"Resource": ["arn:aws:s3:::media", "arn:aws:s3:::media/public/*"]},
        {"Resource": None},
    ],
)
def test_a_policy_that_leaves_a_way_is_rejected(changes: dict[str, object]) -> None:
    assert stack_violations(BUCKET_TRANSPORT, [bucket(), bucket_policy(**changes)]) == [
        (MESSAGE, bucket().urn)
    ]


@pytest.mark.parametrize("policy", ["{", "", None, "[]"])
def test_what_is_no_policy_refuses_nothing(policy: object) -> None:
    broken = with_properties(bucket_policy(), {"policy": policy})
    assert stack_violations(BUCKET_TRANSPORT, [bucket(), broken]) == [(MESSAGE, bucket().urn)]


def test_a_bucket_without_a_policy_is_rejected() -> None:
    assert stack_violations(BUCKET_TRANSPORT, [bucket()]) == [(MESSAGE, bucket().urn)]


def test_a_policy_unknown_at_preview_is_reported() -> None:
    run = Run()
    unknown = with_properties(bucket_policy(), {"policy": UNKNOWN})
    assert stack_violations(BUCKET_TRANSPORT, [bucket(), unknown], run=run) == []
    (found,) = run.unchecked
    assert found == (
        "bucket-transport waits for values that are not known yet, of media. It is checked once "
        "the deployment knows them."
    )
