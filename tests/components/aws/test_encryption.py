"""The key rotates, cannot vanish quickly, and serves exactly those who need it."""

import json
from typing import Any

import pytest

from components.aws.encryption import USE, EncryptionKey, EncryptionKeyArgs, key_policy
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

REGION = "eu-central-1"
KEY = "aws:kms/key:Key"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    return build(identity)


def build(
    identity: Identity, region: str = REGION, *, protect: bool = False, retain: bool = False
) -> Recording:
    args = EncryptionKeyArgs(
        identity=identity, region=region, account_id=ACCOUNT_ID, protect=protect, retain=retain
    )
    return record(lambda: EncryptionKey("encryption", args))


def statement(sid: str) -> dict[str, Any]:
    statements = key_policy(ACCOUNT_ID, REGION)["Statement"]
    return next(each for each in statements if each["Sid"] == sid)


def test_it_is_one_key_and_one_alias(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:EncryptionKey": 1,
        KEY: 1,
        "aws:kms/alias:Alias": 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_key_rotates_and_can_be_rescued_for_30_days(built: Recording) -> None:
    key = built.one(KEY).inputs
    assert key["enableKeyRotation"] is True
    assert key["deletionWindowInDays"] == 30


@pytest.mark.parametrize("protect", [True, False])
def test_the_key_is_protected_like_what_it_encrypts(identity: Identity, protect: bool) -> None:
    assert build(identity, protect=protect).one(KEY).request.protect is protect


@pytest.mark.parametrize("retain", [True, False])
def test_the_key_stays_where_what_it_encrypted_stays(identity: Identity, retain: bool) -> None:
    built = build(identity, retain=retain)
    assert built.one(KEY).request.retainOnDelete is retain
    # Another stack of the same name would find it taken.
    assert not built.one("aws:kms/alias:Alias").request.retainOnDelete


def test_the_alias_names_the_environment_and_points_at_the_key(built: Recording) -> None:
    assert built.one("aws:kms/alias:Alias").inputs == {
        "name": "alias/messaging-app-test",
        "targetKeyId": built.outputs["key_id"],
        "region": REGION,
    }


def test_a_key_of_another_region_stands_there_with_its_alias(identity: Identity) -> None:
    built = build(identity, "eu-west-1")
    assert {each.inputs["region"] for each in built.resources if each.request.custom} == {
        "eu-west-1"
    }
    assert json.loads(built.one(KEY).inputs["policy"]) == key_policy(ACCOUNT_ID, "eu-west-1")


def test_the_outputs_are_the_keys_arn_and_id(built: Recording) -> None:
    assert built.outputs == {
        "arn": f"arn:aws:mock::{ACCOUNT_ID}:encryption-key",
        "key_id": "11111111-2222-3333-4444-555555555555",
    }


def test_the_key_carries_the_policy(built: Recording) -> None:
    assert json.loads(built.one(KEY).inputs["policy"]) == key_policy(ACCOUNT_ID, REGION)


def test_only_the_account_may_do_everything() -> None:
    statements = key_policy(ACCOUNT_ID, REGION)["Statement"]
    unlimited = [each["Sid"] for each in statements if "kms:*" in each["Action"]]
    assert unlimited == ["AccountAdministers"]
    assert statement("AccountAdministers")["Principal"] == {
        "AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"
    }


def test_logs_may_use_the_key_for_log_groups_of_this_account_and_region_only() -> None:
    logs = statement("LogsEncrypt")
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"]["ArnLike"] == {
        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:*"
    }


SERVICES = [
    each["Sid"]
    for each in key_policy(ACCOUNT_ID, REGION)["Statement"]
    if each["Sid"] not in {"AccountAdministers", "AutoScalingGrantsToDisks"}
]


def test_the_services_that_use_the_key_are_these() -> None:
    assert SERVICES == [
        "LogsEncrypt",
        "AlarmsPublish",
        "BudgetsPublish",
        "EventsPublish",
        "DatabaseEventsPublish",
        "TrailsEncrypt",
        "TrailsCheck",
        "ConfigEncrypts",
        "AutoScalingUses",
    ]


@pytest.mark.parametrize("sid", SERVICES)
def test_services_may_use_the_key_but_not_manage_it(sid: str) -> None:
    assert set(statement(sid)["Action"]) <= set(USE)


@pytest.mark.parametrize(
    ("sid", "service", "source"),
    [
        ("AlarmsPublish", "cloudwatch", None),
        ("BudgetsPublish", "budgets", f"arn:aws:budgets::{ACCOUNT_ID}:*"),
        ("DatabaseEventsPublish", "events.rds", f"arn:aws:rds:{REGION}:{ACCOUNT_ID}:es:*"),
    ],
)
def test_alerts_of_this_account_may_be_published_to_an_encrypted_topic(
    sid: str, service: str, source: str | None
) -> None:
    publisher = statement(sid)
    assert publisher["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert publisher["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT_ID}
    assert publisher["Condition"].get("ArnLike", {}).get("aws:SourceArn") == source


def test_events_may_be_published_to_topics_of_this_account_and_region_only() -> None:
    events = statement("EventsPublish")
    assert events["Principal"] == {"Service": "events.amazonaws.com"}
    topics = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:*"
    assert events["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}}


def test_trails_of_this_account_may_encrypt_but_not_decrypt_their_logs() -> None:
    trails = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT_ID}:trail/*"
    trail = statement("TrailsEncrypt")
    assert trail["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert trail["Action"] == ["kms:GenerateDataKey*"]
    assert trail["Condition"] == {
        "ArnLike": {"aws:SourceArn": trails},
        "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": (
                f"arn:aws:cloudtrail:*:{ACCOUNT_ID}:trail/*"
            )
        },
    }
    assert statement("TrailsCheck")["Action"] == ["kms:DescribeKey"]


def test_config_of_this_account_may_encrypt_what_it_records() -> None:
    config = statement("ConfigEncrypts")
    assert config["Principal"] == {"Service": "config.amazonaws.com"}
    assert config["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}


@pytest.mark.parametrize("sid", ["AutoScalingUses", "AutoScalingGrantsToDisks"])
def test_any_principal_means_only_the_accounts_auto_scaling_role(sid: str) -> None:
    condition = statement(sid)["Condition"]
    assert condition["StringEquals"] == {"kms:CallerAccount": ACCOUNT_ID}
    assert condition["ArnEquals"]["aws:PrincipalArn"].startswith(
        f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/autoscaling.amazonaws.com/"
    )


def test_auto_scaling_may_grant_the_key_to_aws_resources_only() -> None:
    grants = statement("AutoScalingGrantsToDisks")
    assert grants["Action"] == ["kms:CreateGrant"]
    assert grants["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_no_statement_is_open_to_every_principal_without_a_condition() -> None:
    for each in key_policy(ACCOUNT_ID, REGION)["Statement"]:
        assert each["Principal"] != {"AWS": "*"} or each.get("Condition"), each["Sid"]
