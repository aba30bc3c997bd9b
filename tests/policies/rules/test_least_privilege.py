"""Policies that allow more than is needed are rejected."""

import json

import pytest

from evaluation.run import Run
from rules.least_privilege import ATTACHMENTS, EXCLUSIVE_ATTACHMENTS, LEAST_PRIVILEGE, POLICIES
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import role_policy, service_role, with_properties

NAMED = "Name the actions that are needed."


def test_named_actions_pass() -> None:
    assert violations(LEAST_PRIVILEGE, role_policy()) == []
    assert violations(LEAST_PRIVILEGE, role_policy(Resource="*")) == []
    assert violations(LEAST_PRIVILEGE, role_policy(Action="logs:Describe*", Resource="*")) == []


@pytest.mark.parametrize("action", ["*", "*:*", "**", "?*", "*:?*"])
def test_every_action_is_rejected_wherever_it_is(action: str) -> None:
    for given in (action, ["s3:GetObject", action]):
        assert violations(LEAST_PRIVILEGE, role_policy(Action=given)) == [
            f"policy allows everything (ReadMedia: {action}). {NAMED}"
        ]


def whole_service(action: str) -> str:
    return (
        f"policy allows all of a service (ReadMedia: {action}). {NAMED[:-1]}, or confine them by a "
        "condition on a tag of the resource (StringEquals, aws:ResourceTag/…)."
    )


@pytest.mark.parametrize("action", ["s3:*", "S3:*", "kms:**", "iam:?*", "iam:*?"])
def test_a_whole_service_is_rejected(action: str) -> None:
    for given in (action, ["s3:GetObject", action]):
        assert violations(LEAST_PRIVILEGE, role_policy(Action=given, Resource="*")) == [
            whole_service(action)
        ]


@pytest.mark.parametrize(
    "where",
    [
        {"Resource": "*"},
        {"Resource": ["arn:aws:s3:::a", "*"]},
        {"Resource": "arn:aws:s3:::*"},
        {"Resource": "arn:aws:s3:::media/*"},
        {"Resource": "arn:aws:s3:::media"},
        {"Resource": None, "NotResource": "arn:aws:s3:::media"},
    ],
)
def test_a_whole_service_is_rejected_whatever_the_resource(where: dict[str, object]) -> None:
    assert violations(LEAST_PRIVILEGE, role_policy(Action="s3:*", **where)) == [
        whole_service("s3:*")
    ]


@pytest.mark.parametrize(
    "condition",
    [
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEquals": {"aws:PrincipalTag/Project": "messaging-app"}},
        {"StringEquals": {"aws:ResourceAccount": "123456789012"}},
        {"StringNotEquals": {"aws:ResourceTag/Project": "messaging-app"}},
        {"StringEqualsIfExists": {"aws:ResourceTag/Project": "messaging-app"}},
        {"StringLike": {"aws:ResourceTag/Project": "*"}},
        {"StringEquals": {"aws:ResourceTag/": "messaging-app"}},
        {"StringEquals": "aws:ResourceTag/Project"},
        "aws:ResourceTag/Project",
        {},
    ],
)
def test_a_condition_that_confines_nothing_does_not_count(condition: object) -> None:
    assert violations(LEAST_PRIVILEGE, role_policy(Action="iam:*", Condition=condition)) == [
        whole_service("iam:*")
    ]


@pytest.mark.parametrize("key", ["aws:ResourceTag/Project", "ec2:resourceTag/Project"])
def test_a_tag_of_the_resource_confines_a_whole_service(key: str) -> None:
    condition = {"StringEquals": {key: "messaging-app"}}
    confined = role_policy(Action="ec2:*", Resource="*", Condition=condition)
    assert violations(LEAST_PRIVILEGE, confined) == []


def test_all_but_some_actions_are_rejected() -> None:
    assert violations(LEAST_PRIVILEGE, role_policy(Action=None, NotAction="iam:*")) == [
        "policy allows whatever it does not name (ReadMedia: NotAction). Name the actions that "
        "are needed."
    ]


def test_a_denial_may_be_as_wide_as_it_likes() -> None:
    assert violations(LEAST_PRIVILEGE, role_policy(Effect="Deny", Action="*")) == []
    assert violations(LEAST_PRIVILEGE, role_policy(Effect="Deny", NotAction="iam:*")) == []


def test_a_statement_without_a_name_is_called_by_its_place() -> None:
    assert violations(LEAST_PRIVILEGE, role_policy(Sid=None, Action="*")) == [
        f"policy allows everything (Statement[0]: *). {NAMED}"
    ]


@pytest.mark.parametrize("resource_type", POLICIES)
def test_every_kind_of_policy_is_read(resource_type: str) -> None:
    policy = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    for document in (json.dumps(policy), policy):
        made = Resource(type=resource_type, properties={"policy": document})
        assert violations(LEAST_PRIVILEGE, made) == [
            f"policy allows everything (Statement[0]: *). {NAMED}"
        ]


def test_what_is_no_json_is_rejected() -> None:
    broken = Resource(type=POLICIES[0], properties={"policy": "{"})
    assert violations(LEAST_PRIVILEGE, broken) == [
        "policy is no JSON, so it does not tell what it allows. Make it a JSON document."
    ]


@pytest.mark.parametrize("name", ["AdministratorAccess", "PowerUserAccess"])
@pytest.mark.parametrize("resource_type", ATTACHMENTS)
def test_aws_own_policies_for_everything_are_not_attached(resource_type: str, name: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    attached = Resource(type=resource_type, properties={"policyArn": arn})
    advice = (
        "which allows nearly everything. Attach a policy that names the actions and resources that "
        "are needed."
    )
    assert violations(LEAST_PRIVILEGE, attached) == [f"policyArn is {arn}, {advice}"]
    role = with_properties(service_role(), {"managedPolicyArns": ["arn:aws:iam::1:policy/a", arn]})
    assert violations(LEAST_PRIVILEGE, role) == [f"managedPolicyArns[1] is {arn}, {advice}"]


@pytest.mark.parametrize(
    "name", ["IAMFullAccess", "AWSLambda_FullAccess", "AmazonDynamoDBFullAccess_v2"]
)
def test_aws_own_policies_for_a_service_are_not_attached(name: str) -> None:
    arn = f"arn:aws:iam::aws:policy/{name}"
    attached = Resource(type=ATTACHMENTS[0], properties={"policyArn": arn})
    assert violations(LEAST_PRIVILEGE, attached) == [
        f"policyArn is {arn}, which allows all of a service. Attach a policy that names the "
        "actions and resources that are needed."
    ]


@pytest.mark.parametrize("resource_type", EXCLUSIVE_ATTACHMENTS)
def test_exclusive_attachments_are_read(resource_type: str) -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    policies = ["arn:aws:iam::123456789012:policy/a", arn]
    attached = Resource(type=resource_type, properties={"policyArns": policies})
    assert violations(LEAST_PRIVILEGE, attached) == [
        f"policyArns[1] is {arn}, which allows nearly everything. Attach a policy that names the "
        "actions and resources that are needed."
    ]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
        "arn:aws:iam::123456789012:policy/MediaFullAccess",
        1.0,
    ],
)
def test_another_policy_may_be_attached(arn: object) -> None:
    attached = Resource(type=ATTACHMENTS[0], properties={"policyArn": arn})
    assert violations(LEAST_PRIVILEGE, attached) == []


def test_inline_policies_of_roles_are_read() -> None:
    inline = {
        "name": "all",
        "policy": json.dumps({"Statement": {"Effect": "Allow", "Action": "*"}}),
    }
    role = with_properties(service_role(), {"inlinePolicies": [inline]})
    assert violations(LEAST_PRIVILEGE, role) == [
        f"inlinePolicies[0].policy allows everything (Statement[0]: *). {NAMED}"
    ]


def test_a_policy_unknown_at_preview_is_reported() -> None:
    run = Run()
    made = Resource(type=POLICIES[0], properties={"policy": UNKNOWN})
    assert violations(LEAST_PRIVILEGE, made, run=run) == []
    assert len(list(run.unchecked)) == 1
