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
            "denies s3:* on it and its objects to everybody where aws:SecureTransport is false, "
            "and has no other condition."
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
        and _covers_bucket_and_objects(entries(value_at(statement, "Resource")))
        and _is_without_tls(value_at(statement, "Condition"))
        for statement in entries(value_at(document, "Statement"))
    )


def _is_everybody(principal: object) -> bool:
    return "*" in entries(principal) or "*" in entries(value_at(principal, "AWS"))


def _covers_bucket_and_objects(resources: list[object]) -> bool:
    """Whether the bucket and what it holds are named; S3 refuses the names of other buckets."""
    names = {each for each in resources if isinstance(each, str)}
    return any(f"{name}/*" in names or (name.endswith("*") and "/" not in name) for name in names)


def _is_without_tls(condition: object) -> bool:
    """Whether nothing else is asked: all conditions of a statement have to hold."""
    asked = [
        (operator.lower(), key.lower(), [str(each).lower() for each in entries(value)])
        for operator, keys in mapping(condition).items()
        for key, value in mapping(keys).items()
    ]
    return asked == [("bool", CONDITION_KEY, ["false"])]


BUCKET_TRANSPORT = StackRule(
    name="bucket-transport",
    title="Buckets refuse requests without TLS",
    why="S3 answers plain HTTP as well, unless a policy forbids it.",
    severity=Severity.HIGH,
    references=(guide("Compliance: Data Protection"), cis("2.1.1"), fsbp("S3.5"), pci("4.2.1")),
    fix=(
        "Add a statement that denies s3:* on the bucket and its objects where aws:SecureTransport "
        "is false, and nothing else is asked."
    ),
    example=Example(
        violates="a Bucket without a BucketPolicy",
        complies=(
            "Statement: {Effect: Deny, Principal: '*', Action: 's3:*', Resource: [<the "
            "bucket>, <the bucket>/*], Condition: {Bool: {'aws:SecureTransport': 'false'}}}"
        ),
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=BUCKETS,
    beside=BUCKET_POLICIES,
    check=check,
)
