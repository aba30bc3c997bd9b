"""The password changes every month, by a function that may touch one secret and one database."""

import json
from typing import Any

import pulumi
import pytest

from components.aws.password_rotation import SOURCE, PasswordRotation, PasswordRotationArgs
from components.identity import Identity
from tests.components.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SCHEDULE = "aws:secretsmanager/secretRotation:SecretRotation"

INSTANCE_ARN = "arn:aws:rds:eu-central-1:123456789012:db:database"
KEY_ARN = "arn:aws:kms:key"
SECRET_ARN = "arn:aws:secretsmanager:secret"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = PasswordRotationArgs(
        identity=identity,
        kms_key_arn=KEY_ARN,
        secret_arn=SECRET_ARN,
        instance_identifier="database",
        instance_arn=INSTANCE_ARN,
    )
    return record(lambda: PasswordRotation("rotation", args))


def statements(built: Recording) -> list[dict[str, Any]]:
    return json.loads(built.one(POLICY).inputs["policy"])["Statement"]


def test_it_is_a_function_and_its_schedule(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Function": 1,
        "messaging-app:aws:PasswordRotation": 1,
        "aws:cloudwatch/logGroup:LogGroup": 1,
        "aws:iam/role:Role": 1,
        FUNCTION: 1,
        PERMISSION: 1,
        POLICY: 1,
        SCHEDULE: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_function_rotates_the_password_of_the_database(built: Recording) -> None:
    inputs = built.one(FUNCTION).inputs
    assert inputs["handler"] == "rotate_database_password.handle"
    assert inputs["environment"] == {"variables": {"DATABASE_IDENTIFIER": "database"}}
    asset = inputs["code"].assets["rotate_database_password.py"]
    assert isinstance(asset, pulumi.StringAsset)
    assert asset.text == SOURCE.read_text(encoding="utf-8")


def test_the_function_may_touch_this_secret_and_this_database(built: Recording) -> None:
    rights = {tuple(each["Resource"]): each["Action"] for each in statements(built)}
    assert rights.pop(("arn:aws:mock::123456789012:rotation-log:*",))
    assert rights == {
        (SECRET_ARN,): [
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        (INSTANCE_ARN,): ["rds:DescribeDBInstances", "rds:ModifyDBInstance"],
        (KEY_ARN,): ["kms:Decrypt", "kms:GenerateDataKey"],
    }


def test_only_secrets_manager_calls_it_and_for_this_secret(built: Recording) -> None:
    assert built.one(PERMISSION).inputs == {
        "action": "lambda:InvokeFunction",
        "function": "messaging-app-test-rotation",
        "principal": "secretsmanager.amazonaws.com",
        "sourceArn": SECRET_ARN,
    }


def test_it_runs_once_a_month_between_backup_and_maintenance(built: Recording) -> None:
    inputs = built.one(SCHEDULE).inputs
    assert inputs["secretId"] == SECRET_ARN
    assert inputs["rotationLambdaArn"] == "arn:aws:mock::123456789012:rotation-function"
    assert inputs["rotationRules"] == {
        "scheduleExpression": "cron(0 3 1 * ? *)",
        "duration": "1h",
    }


def test_an_update_rotates_nothing(built: Recording) -> None:
    assert built.one(SCHEDULE).inputs["rotateImmediately"] is False


def test_it_is_scheduled_once_it_may_be_called(built: Recording) -> None:
    assert built.one(PERMISSION).urn in built.one(SCHEDULE).request.dependencies


def test_its_outputs_are_the_function(built: Recording) -> None:
    assert built.outputs == {
        "function_arn": "arn:aws:mock::123456789012:rotation-function",
        "function_name": "messaging-app-test-rotation",
    }
