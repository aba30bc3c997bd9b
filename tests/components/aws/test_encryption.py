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
    args = EncryptionKeyArgs(identity=identity, region=REGION, account_id=ACCOUNT_ID)
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


def test_the_alias_names_the_environment_and_points_at_the_key(built: Recording) -> None:
    assert built.one("aws:kms/alias:Alias").inputs == {
        "name": "alias/messaging-app-test",
        "targetKeyId": built.outputs["key_id"],
    }


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


@pytest.mark.parametrize("sid", ["LogsEncrypt", "AlarmsPublish", "AutoScalingUses"])
def test_services_may_use_the_key_but_not_manage_it(sid: str) -> None:
    assert set(statement(sid)["Action"]) <= set(USE)


def test_alarms_of_this_account_may_publish_to_an_encrypted_topic() -> None:
    alarms = statement("AlarmsPublish")
    assert alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}


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
