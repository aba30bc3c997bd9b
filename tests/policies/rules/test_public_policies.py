"""Policies that let everybody in are rejected."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from rules.public_policies import POLICIES, PUBLIC_POLICIES
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import service_role, topic

EVERYBODY: Mapping[str, Any] = {"Effect": "Allow", "Action": "sns:Publish", "Principal": "*"}


def confined(operator: str, key: str, value: object) -> Mapping[str, Any]:
    return {**EVERYBODY, "Condition": {operator: {key: value}}}


def lets_in(statement: str) -> str:
    return (
        f"policy lets everybody in ({statement}); nothing but the load balancer may be public. "
        "Name the principals, or confine the statement by a condition such as aws:SourceAccount "
        "with the account itself."
    )


def topic_with(statement: Mapping[str, Any]) -> Resource:
    return topic(policy=json.dumps({"Statement": [statement]}))


@pytest.mark.parametrize("policy", [None, "", UNKNOWN, "{}", '{"Statement": []}'])
def test_what_lets_nobody_in_passes(policy: object) -> None:
    assert violations(PUBLIC_POLICIES, topic(policy=policy)) == []


@pytest.mark.parametrize(
    "statement",
    [
        {**EVERYBODY, "Effect": "Deny"},
        {**EVERYBODY, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
        {**EVERYBODY, "Principal": {"Service": ["s3.amazonaws.com", "rds.amazonaws.com"]}},
        {**EVERYBODY, "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}}},
        confined("ArnLike", "aws:SourceArn", "arn:aws:s3:::media"),
        confined("StringLike", "aws:SourceArn", "arn:aws:s3:::media/*"),
        confined("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
        confined("StringEquals", "aws:PrincipalAccount", ["123456789012", "210987654321"]),
        confined("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        confined("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"),
        confined("StringEquals", "aws:SourceVpc", "vpc-0a1b2c3d"),
        confined("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d"),
        confined("StringEquals", "kms:CallerAccount", "123456789012"),
    ],
)
def test_named_principals_and_confined_statements_pass(statement: Mapping[str, Any]) -> None:
    assert violations(PUBLIC_POLICIES, topic_with(statement)) == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["123456789012", "*"]}},
        {"Principal": None, "NotPrincipal": {"AWS": "123456789012"}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}},
        {"Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}},
        {"Condition": {"StringLike": {"aws:SourceAccount": "*"}}},
        {"Condition": "aws:SourceAccount"},
    ],
)
def test_a_statement_for_everybody_is_rejected(change: Mapping[str, Any]) -> None:
    assert violations(PUBLIC_POLICIES, topic_with({**EVERYBODY, **change})) == [
        lets_in("Statement[0]")
    ]


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::12345678901?:role/*"),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam:::role/ours"),
        ("StringLike", "aws:SourceArn", "arn:aws:*:*:123456789012:*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::media-*"),
        ("StringLike", "aws:SourceAccount", "?*"),
        ("StringLike", "aws:SourceAccount", "1*"),
        ("StringEquals", "aws:SourceAccount", ["123456789012", "*"]),
        ("StringEquals", "aws:SourceAccount", "${aws:PrincipalAccount}"),
        ("StringEquals", "aws:SourceAccount", 123456789012.0),
        ("StringEquals", "aws:SourceAccount", []),
        ("StringLike", "aws:SourceOwner", "?*"),
        ("StringLike", "kms:CallerAccount", "?*"),
        ("StringLike", "aws:PrincipalAccount", "?*"),
        ("StringLike", "aws:PrincipalOrgID", "o-*"),
        ("StringLike", "aws:SourceOrgID", "o-*"),
        ("StringLike", "aws:SourceVpc", "vpc-*"),
        ("StringLike", "aws:SourceVpce", "vpce-*"),
    ],
)
def test_a_condition_that_everybody_can_meet_confines_nothing(
    operator: str, key: str, value: object
) -> None:
    assert violations(PUBLIC_POLICIES, topic_with(confined(operator, key, value))) == [
        lets_in("Statement[0]")
    ]


def test_a_statement_is_called_by_its_name_where_it_has_one() -> None:
    assert violations(PUBLIC_POLICIES, topic_with({**EVERYBODY, "Sid": "Open"})) == [
        lets_in("Open")
    ]


def test_a_role_that_everybody_may_take_on_is_rejected() -> None:
    (message,) = violations(PUBLIC_POLICIES, service_role(EVERYBODY))
    assert message.startswith("assumeRolePolicy lets everybody in (Statement[1]);")


@pytest.mark.parametrize("token", POLICIES)
def test_every_kind_of_policy_is_read_also_where_it_is_no_text(token: str) -> None:
    resource = Resource(type=token, properties={POLICIES[token]: {"Statement": EVERYBODY}})
    assert len(violations(PUBLIC_POLICIES, resource)) == 1


def test_a_policy_that_is_partly_unknown_is_read_when_it_is_known() -> None:
    unknown = {"Statement": [{**EVERYBODY, "Principal": UNKNOWN}]}
    assert violations(PUBLIC_POLICIES, topic(policy=unknown)) == []


def test_a_text_that_is_no_policy_is_rejected() -> None:
    assert violations(PUBLIC_POLICIES, topic(policy="allow all")) == [
        "policy is no JSON, so it does not tell whom it lets in. Make it a JSON document."
    ]
