"""Buckets that log no access are rejected."""

from dataclasses import replace

from rules.bucket_access_logs import BUCKET_ACCESS_LOGS
from tests.policies.evaluate import stack_violations
from tests.policies.factories import bucket, bucket_logging, bucket_policy, with_properties

LOGS = replace(bucket(), name="logs")


def message(name: str) -> str:
    return (
        f"bucket {name} logs no access, so nobody can tell afterwards who read or wrote what. "
        "Add a BucketLogging for it."
    )


def test_a_bucket_that_logs_and_the_one_it_logs_to_pass() -> None:
    assert stack_violations(BUCKET_ACCESS_LOGS, [bucket(), bucket_logging(), LOGS]) == []


def test_a_bucket_that_logs_nowhere_is_rejected() -> None:
    assert stack_violations(BUCKET_ACCESS_LOGS, [bucket()]) == [(message("media"), bucket().urn)]


def test_a_bucket_that_nobody_logs_to_is_rejected() -> None:
    other = replace(LOGS, name="other")
    assert stack_violations(BUCKET_ACCESS_LOGS, [bucket(), bucket_logging(), other]) == [
        (message("other"), other.urn)
    ]


def test_the_log_bucket_may_be_named_by_the_policy_that_lets_them_log() -> None:
    policy = replace(bucket_policy(), name="logs-policy", depends={"bucket": ["logs"]})
    logging = replace(
        bucket_logging(), depends={"bucket": ["media"], "targetBucket": ["logs-policy"]}
    )
    resources = [bucket(), LOGS, policy, logging]
    assert stack_violations(BUCKET_ACCESS_LOGS, resources) == []


def test_the_log_bucket_may_be_named_in_plain_text() -> None:
    named = with_properties(LOGS, {"bucket": "acme-logs"})
    logging = replace(
        with_properties(bucket_logging(), {"targetBucket": "acme-logs"}),
        depends={"bucket": ["media"]},
    )
    assert stack_violations(BUCKET_ACCESS_LOGS, [bucket(), named, logging]) == []
