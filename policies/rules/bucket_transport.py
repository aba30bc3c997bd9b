"""Buckets refuse requests in plain text."""

import json
from collections.abc import Iterator

from evaluation.buckets import BUCKET_POLICIES, BUCKETS, configurations
from evaluation.levels import Severity
from evaluation.properties import entries, mapping, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule

CONDITION_KEY = "aws:securetransport"


def check(bucket: Resource, stack: Stack) -> Iterator[str]:
    """Ask for a bucket policy that denies everybody everything without TLS."""
    policies = configurations(bucket, stack, BUCKET_POLICIES)
    if not any(_refuses_plain_text(value_at(each.props, "policy")) for each in policies):
        yield (
            f"bucket {bucket.name} answers requests in plain text. Add a BucketPolicy for it that "
            "denies s3:* to everybody where aws:SecureTransport is false."
        )


def _refuses_plain_text(policy: object) -> bool:
    try:
        document: object = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return False
    return any(
        value_at(statement, "Effect") == "Deny"
        and _is_everybody(value_at(statement, "Principal"))
        and bool({"s3:*", "*"} & {str(each) for each in entries(value_at(statement, "Action"))})
        and _is_without_tls(value_at(statement, "Condition", "Bool"))
        for statement in entries(value_at(document, "Statement"))
    )


def _is_everybody(principal: object) -> bool:
    return "*" in entries(principal) or "*" in entries(value_at(principal, "AWS"))


def _is_without_tls(keys: object) -> bool:
    return any(
        key.lower() == CONDITION_KEY and str(value).lower() == "false"
        for key, value in mapping(keys).items()
    )


BUCKET_TRANSPORT = StackRule(
    name="bucket-transport",
    title="Buckets refuse requests without TLS",
    why="S3 answers plain HTTP as well, unless a policy forbids it.",
    severity=Severity.HIGH,
    references=(guide("Compliance: Data Protection"), cis("2.1.1"), fsbp("S3.5"), pci("4.2.1")),
    fix="Add a statement that denies s3:* where aws:SecureTransport is false.",
    example=Example(
        violates="a Bucket without a BucketPolicy",
        complies=(
            "Statement: {Effect: Deny, Principal: '*', Action: 's3:*', Condition: {Bool: "
            "{'aws:SecureTransport': 'false'}}}"
        ),
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=BUCKETS,
    beside=BUCKET_POLICIES,
    check=check,
)
