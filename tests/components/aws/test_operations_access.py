"""The operations server may do what the procedures of `ops` take, and nothing that they do not."""

import json
from typing import Any

import pytest

from components.aws.restart import document_name
from components.identity import Identity
from tests.components.aws.aws_calls import actions_in, actions_of_ops, services_in
from tests.components.recording import ACCOUNT_ID
from tests.program import recorded, statements, variants

POLICY_LIMIT = 10_240
"""Characters of all inline policies of a role, without white space (AWS: IAM quotas)."""

WITHHELD = {
    # Backups and media expire by the rules of their buckets alone.
    "s3:DeleteObject",
}

OF_THE_SERVER = {
    "cloudwatch:PutMetricData": "the age of backups, and that somebody watches",
    "ecr:BatchGetImage": "images of a private registry",
    "ecr:GetAuthorizationToken": "images of a private registry",
    "ecr:GetDownloadUrlForLayer": "images of a private registry",
    "kms:Decrypt": "secrets and encrypted objects",
    "kms:GenerateDataKey": "encrypted objects and alerts",
    "ssm:GetParameter": "the images that the database was migrated to",
    "ssm:PutParameter": "the same",
}
"""What scripts and timers of the server need besides `ops`."""

REGION = "eu-central-1"
GROUP = f"arn:aws:autoscaling:{REGION}:{ACCOUNT_ID}:autoScalingGroup:*:autoScalingGroupName"


def granted(variant: str) -> set[str]:
    return {
        action
        for statement in statements(recorded(variant), "operations-policy")
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }


@pytest.mark.parametrize("variant", sorted(variants()))
def test_every_call_of_ops_is_allowed_there(variant: str) -> None:
    assert actions_of_ops() - WITHHELD - granted(variant) == set()


@pytest.mark.parametrize("variant", sorted(variants()))
def test_nothing_is_allowed_that_nobody_calls(variant: str) -> None:
    assert granted(variant) - actions_of_ops() - OF_THE_SERVER.keys() == set()


def test_data_cannot_be_deleted_from_there() -> None:
    assert WITHHELD & granted("prod") == set()


@pytest.mark.parametrize("variant", sorted(variants()))
def test_the_rights_fit_into_one_policy(variant: str) -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": statements(recorded(variant), "operations-policy"),
    }
    assert len(json.dumps(document, separators=(",", ":"))) < POLICY_LIMIT


@pytest.mark.parametrize(
    ("source", "actions"),
    [
        ("aws.ec2.terminate_instances(InstanceIds=ids)", {"ec2:TerminateInstances"}),
        ("s3.get_paginator('list_objects_v2').paginate()", {"s3:ListBucket"}),
        ("target.client.copy(here, there)", {"s3:GetObject", "s3:PutObject"}),
        ("dict.copy(here)", set[str]()),
        ("s3.get_public_access_block(Bucket=b)", {"s3:GetBucketPublicAccessBlock"}),
    ],
)
def test_a_new_call_is_seen(source: str, actions: set[str]) -> None:
    assert set(actions_in(source, frozenset({"ec2", "s3"}))) == actions


def test_a_new_client_is_seen() -> None:
    assert list(services_in("session.client('kms', config=c); aws.plain(settings, 'iam')")) == [
        "kms",
        "iam",
    ]


ZONE = f"arn:aws:mock::{ACCOUNT_ID}:names-zone"
DATABASE = f"arn:aws:rds:{REGION}:{ACCOUNT_ID}:db:messaging-app-prod-database"
DATA = [f"arn:aws:mock::{ACCOUNT_ID}:{name}-bucket" for name in ("backups", "media")]
GROUPS = [f"{GROUP}/messaging-app-prod-{name}-servers" for name in ("api", "websocket")]


def turning(name: str, kind: str) -> dict[str, Any]:
    """The condition of whoever may point one name elsewhere."""
    key = "route53:ChangeResourceRecordSets"
    return {
        "ForAllValues:StringEquals": {
            f"{key}NormalizedRecordNames": [f"{name}.internal.chat.example.com"],
            f"{key}RecordTypes": [kind],
            f"{key}Actions": ["UPSERT"],
        }
    }


Scope = tuple[list[str], dict[str, Any]]

SCOPES: list[tuple[str, list[Scope]]] = [
    (
        "logs:FilterLogEvents",
        [
            (
                [
                    f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:/messaging-app/prod/servers/{name}:*"
                    for name in ("api", "websocket")
                ],
                {},
            )
        ],
    ),
    ("autoscaling:SetDesiredCapacity", [(GROUPS, {})]),
    ("autoscaling:StartInstanceRefresh", [(GROUPS, {})]),
    (
        "ssm:SendCommand",
        [
            (
                [
                    f"arn:aws:ssm:{REGION}:{ACCOUNT_ID}:document/messaging-app-prod-restart",
                    f"arn:aws:ssm:{REGION}::document/AWS-RunPatchBaseline",
                ],
                {},
            ),
            (
                [f"arn:aws:ec2:{REGION}:{ACCOUNT_ID}:instance/*"],
                {
                    "StringEquals": {
                        "ssm:resourceTag/Project": ["messaging-app"],
                        "ssm:resourceTag/Environment": ["prod"],
                    }
                },
            ),
        ],
    ),
    ("rds:DescribeDBInstances", [([f"arn:aws:rds:{REGION}:{ACCOUNT_ID}:db:*"], {})]),
    ("rds:RebootDBInstance", [([DATABASE, f"{DATABASE}-replica"], {})]),
    ("rds:PromoteReadReplica", [([DATABASE, f"{DATABASE}-replica"], {})]),
    ("route53:ListResourceRecordSets", [([ZONE], {})]),
    (
        "route53:ChangeResourceRecordSets",
        [([ZONE], turning("postgres", "CNAME")), ([ZONE], turning("redis", "A"))],
    ),
    ("s3:GetBucketPolicy", [(DATA, {})]),
    ("s3:PutObject", [([f"{arn}/*" for arn in DATA], {})]),
    ("s3:ListBucketMultipartUploads", [(DATA[:1], {})]),
]


@pytest.mark.parametrize(("action", "scopes"), SCOPES)
def test_what_changes_something_is_allowed_on_the_platforms_own_alone(
    action: str, scopes: list[Scope]
) -> None:
    assert [
        (statement["Resource"], statement.get("Condition", {}))
        for statement in statements(recorded("prod"), "operations-policy")
        if action in statement["Action"]
    ] == scopes


def test_only_what_changes_nothing_is_allowed_on_everything() -> None:
    for statement in statements(recorded("prod"), "operations-policy"):
        if statement.get("Resource") == ["*"] and "Condition" not in statement:
            for action in statement["Action"]:
                assert action.partition(":")[2].startswith(("Describe", "Get", "List")), action


def test_the_document_that_ops_asks_for_is_the_one_that_is_made() -> None:
    [document] = [
        each
        for each in recorded("prod").all("aws:ssm/document:Document")
        if each.name == "restart-document"
    ]
    prod = Identity(project="messaging-app", environment="prod", owner="platform")
    assert document.inputs["name"] == document_name(prod) == "messaging-app-prod-restart"
