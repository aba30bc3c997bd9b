"""A release migrates the database once, and Pulumi waits for it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.migration import (
    Migration,
    MigrationArgs,
    migration_permissions,
)
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

ASSOCIATION = "aws:ssm/association:Association"
DOCUMENT = "aws:ssm/document:Document"
PARAMETER = "aws:ssm/parameter:Parameter"

IMAGE = "messaging-app/api:1.0.0"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-AbCdEf"

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def make(**changed: Any) -> Recording:
        args: dict[str, Any] = {
            "identity": identity,
            "region": "eu-central-1",
            "image": IMAGE,
            "instance_id": "i-0123456789abcdef0",
            "database_host": "postgres.internal.chat.example.com",
            "database_port": 5432,
            "database_name": "messaging",
            "database_secret_arn": SECRET,
            **changed,
        }
        return record(lambda: Migration("migration", MigrationArgs(**args)))

    return make


def script(built: Recording) -> str:
    """The script that the document runs."""
    steps = json.loads(built.one(DOCUMENT).inputs["content"])["mainSteps"]
    return steps[0]["inputs"]["runCommand"][0]


def test_it_is_a_document_that_is_run_and_a_parameter_that_remembers(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Migration": 1,
        ASSOCIATION: 1,
        DOCUMENT: 1,
        PARAMETER: 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_pulumi_waits_half_an_hour_for_the_run_on_the_operations_server(build: Build) -> None:
    association = build().one(ASSOCIATION).inputs
    assert association["name"] == "messaging-app-test-migration"
    assert association["targets"] == [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}]
    assert association["waitForSuccessTimeoutSeconds"] == 1800
    assert "scheduleExpression" not in association


def test_each_image_is_another_association_as_only_a_new_one_is_waited_for(build: Build) -> None:
    association = build().one(ASSOCIATION)
    assert association.inputs["parameters"] == {"image": IMAGE}
    assert list(association.request.replaceOnChanges) == ["parameters", "targets"]
    assert association.request.deleteBeforeReplace


def test_after_a_failure_pulumi_does_not_go_on_as_if_nothing_had_been(build: Build) -> None:
    assert len(build().one(ASSOCIATION).request.hooks.before_update) == 1


def test_what_the_script_remembers_is_not_overwritten(build: Build) -> None:
    parameter = build().one(PARAMETER)
    assert parameter.inputs["name"] == "/messaging-app/test/migrated-images"
    assert (parameter.inputs["type"], parameter.inputs["value"]) == ("StringList", "none")
    assert list(parameter.request.ignoreChanges) == ["value"]


def test_the_document_takes_what_the_association_gives(build: Build) -> None:
    content = json.loads(build().one(DOCUMENT).inputs["content"])
    assert content["schemaVersion"] == "2.2"
    assert content["parameters"].keys() == {"image"}
    assert content["mainSteps"][0]["action"] == "aws:runShellScript"
    assert content["mainSteps"][0]["inputs"]["timeoutSeconds"] == "1800"


def test_the_script_migrates_this_database_with_this_image(build: Build) -> None:
    text = script(build())
    assert f"image={IMAGE}\n" in text
    assert "parameter=/messaging-app/test/migrated-images\n" in text
    assert (
        "AWS_REGION=eu-central-1\nDB_HOST=postgres.internal.chat.example.com\n"
        "DB_NAME=messaging\nDB_PORT=5432\n"
    ) in text
    assert f"fetch DB_USER {SECRET} username\n" in text
    assert f"fetch DB_PASSWORD {SECRET} password\n" in text


def test_the_script_stays_within_a_document(build: Build) -> None:
    assert len(build().one(DOCUMENT).inputs["content"]) < 64 * 1024


def permissions(identity: Identity, image: str) -> list[tuple[list[str], list[Any]]]:
    given = migration_permissions(
        identity=identity,
        region="eu-central-1",
        account_id=ACCOUNT_ID,
        image=image,
        database_secret_arn=SECRET,
        kms_key_arn="arn:aws:kms:key",
    )
    return [(list(each.actions), list(each.resources)) for each in given]


def test_the_server_may_read_the_secret_and_its_parameter_and_no_more(identity: Identity) -> None:
    given = permissions(identity, IMAGE)
    assert [actions for actions, _ in given] == [
        ["ssm:GetParameter", "ssm:PutParameter"],
        ["secretsmanager:GetSecretValue"],
        ["kms:Decrypt"],
    ]
    assert [resources for _, resources in given][1:] == [[SECRET], ["arn:aws:kms:key"]]


def test_a_private_image_may_be_pulled_from_its_repository_alone(identity: Identity) -> None:
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/api:1.0.0"
    assert permissions(identity, image)[-2:] == [
        (["ecr:GetAuthorizationToken"], ["*"]),
        (
            ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            ["arn:aws:ecr:eu-central-1:123456789012:repository/team/api"],
        ),
    ]
