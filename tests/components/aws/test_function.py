"""A function runs its one source file, logs to a group of ours, and may do what it was given."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.aws.function import Function, FunctionArgs
from components.aws.server_template import Permission
from components.identity import Identity
from tests.components.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"

KEY_ARN = "arn:aws:kms:key"
TOPIC_ARN = "arn:aws:sns:topic"
SOURCE = "def handle(event, context):\n    return event\n"
NAME = "messaging-app-test-notify"
IN_THIS_ACCOUNT = {"StringEquals": {"aws:ResourceAccount": ["123456789012"]}}

Build = Callable[[Mapping[str, str]], Recording]


@pytest.fixture(scope="module")
def build(identity: Identity, tmp_path_factory: pytest.TempPathFactory) -> Build:
    source: Path = tmp_path_factory.mktemp("functions") / "notify_somebody.py"
    source.write_text(SOURCE)

    def run(environment: Mapping[str, str]) -> Recording:
        args = FunctionArgs(
            identity=identity,
            role="monitoring",
            source=source,
            environment=environment,
            permissions=[
                Permission(
                    actions=["sns:Publish"], resources=[TOPIC_ARN], conditions=IN_THIS_ACCOUNT
                )
            ],
            timeout_seconds=30,
            kms_key_arn=KEY_ARN,
        )
        return record(lambda: Function("notify", args))

    return run


@pytest.fixture(scope="module")
def built(build: Build) -> Recording:
    return build({"TABLE": "people"})


def statements(built: Recording) -> list[dict[str, Any]]:
    return json.loads(built.one(POLICY).inputs["policy"])["Statement"]


def test_it_is_a_function_with_its_role_and_its_log(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Function": 1,
        FUNCTION: 1,
        LOG_GROUP: 1,
        POLICY: 1,
        ROLE: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_it_runs_the_source_file(built: Recording) -> None:
    inputs = built.one(FUNCTION).inputs
    assert inputs["handler"] == "notify_somebody.handle"
    assert isinstance(inputs["code"], pulumi.AssetArchive)
    [(name, asset)] = inputs["code"].assets.items()
    assert isinstance(asset, pulumi.StringAsset)
    assert (name, asset.text) == ("notify_somebody.py", SOURCE)


def test_it_has_what_it_needs_to_run(built: Recording) -> None:
    inputs = built.one(FUNCTION).inputs
    assert inputs["name"] == NAME
    assert (inputs["runtime"], inputs["architectures"]) == ("python3.12", ["arm64"])
    assert (inputs["memorySize"], inputs["timeout"]) == (256, 30)
    assert inputs["role"] == "arn:aws:mock::123456789012:notify-role"


def test_only_lambda_takes_its_role(built: Recording) -> None:
    inputs = built.one(ROLE).inputs
    [statement] = json.loads(inputs["assumeRolePolicy"])["Statement"]
    assert inputs["name"] == NAME
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == ["sts:AssumeRole"]


def test_it_may_do_what_it_was_given_and_write_to_its_own_log(built: Recording) -> None:
    assert statements(built) == [
        {
            "Effect": "Allow",
            "Action": ["sns:Publish"],
            "Resource": [TOPIC_ARN],
            "Condition": IN_THIS_ACCOUNT,
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": ["arn:aws:mock::123456789012:notify-log:*"],
        },
    ]


def test_its_log_is_encrypted_and_kept_for_a_year(built: Recording) -> None:
    inputs = built.one(LOG_GROUP).inputs
    assert inputs["name"] == f"/aws/lambda/{NAME}"
    assert (inputs["retentionInDays"], inputs["kmsKeyId"]) == (365, KEY_ARN)


def test_it_comes_after_its_log_and_its_rights(built: Recording) -> None:
    needs = {built.one(LOG_GROUP).urn, built.one(POLICY).urn}
    assert needs <= set(built.one(FUNCTION).request.dependencies)


def test_its_environment_is_encrypted_with_the_platforms_key(built: Recording) -> None:
    inputs = built.one(FUNCTION).inputs
    assert inputs["environment"] == {"variables": {"TABLE": "people"}}
    assert inputs["kmsKeyArn"] == KEY_ARN


def test_an_empty_environment_needs_no_key(build: Build) -> None:
    assert not {"environment", "kmsKeyArn"} & build({}).one(FUNCTION).inputs.keys()


def test_its_outputs_are_its_names(built: Recording) -> None:
    assert built.outputs == {
        "arn": "arn:aws:mock::123456789012:notify-function",
        "name": NAME,
    }
