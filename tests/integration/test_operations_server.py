"""What `ops` does on the operations server, with what this is told and with its role's rights."""

import json
from collections.abc import Iterator
from string import Template
from typing import Any

import botocore.client
import pytest
import yaml

from scripts import aws, services
from scripts.commands import failover
from scripts.failover import rds
from scripts.failover.rds import Way
from scripts.health import storage
from scripts.health.check import State
from scripts.incident import telling
from scripts.security import buckets
from scripts.services.server_groups import ServerGroups
from scripts.settings import OpsSettings
from scripts.update import aws as updates
from tests.components.aws.aws_calls import action_of
from tests.integration.answers import allowed_actions
from tests.integration.conftest import Platform
from tests.services.object_store import CREDENTIALS

COMPOSE = "operations/compose.yaml"


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Actions that the calls of a test need, as they are made."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    found: set[str] = set()
    client: Any = botocore.client.BaseClient
    call = client._make_api_call

    def noted(self: Any, operation: str, request: dict[str, Any]) -> Any:
        found.add(action_of(self.meta.service_model, operation))
        return call(self, operation, request)

    monkeypatch.setattr(client, "_make_api_call", noted)
    yield found


@pytest.fixture(scope="module")
def told(stack: Platform) -> OpsSettings:
    """The settings of `ops` on the server, with the passwords that it fetches."""
    s3 = stack.client("s3")
    [bucket] = [
        each["Name"] for each in s3.list_buckets()["Buckets"] if "-configuration-" in each["Name"]
    ]
    compose = yaml.safe_load(s3.get_object(Bucket=bucket, Key=COMPOSE)["Body"].read())
    secret = stack.client("secretsmanager").get_secret_value
    login = json.loads(secret(SecretId=stack.outputs["database_secret_ref"])["SecretString"])
    passwords = {
        "DB_USER": login["username"],
        "DB_PASSWORD": login["password"],
        "REDIS_PASSWORD": secret(SecretId=stack.outputs["cache_secret_ref"])["SecretString"],
    }
    given = {
        name.lower(): Template(value).substitute(passwords)
        for name, value in compose["services"]["ops"]["environment"].items()
    }
    return OpsSettings.model_validate({**given, "aws_endpoint_url": stack.engine.emulator.endpoint})


@pytest.fixture(scope="module")
def groups(told: OpsSettings) -> ServerGroups:
    found = services.of(told)
    assert isinstance(found, ServerGroups)
    return found


@pytest.fixture(scope="module")
def allowed(stack: Platform) -> set[str]:
    environment = stack.outputs["environment"]
    role = f"messaging-app-{environment}-operations"
    return set(allowed_actions(stack.client("iam"), role))


def test_status_shows_every_server(
    groups: ServerGroups, asked: set[str], allowed: set[str]
) -> None:
    services_of = [row["service"] for row in groups.status()]
    assert services_of == ["api"] * 3 + ["websocket"] * 2
    assert asked <= allowed


def test_logs_can_be_read(groups: ServerGroups, asked: set[str], allowed: set[str]) -> None:
    assert list(groups.logs([], 10)) == []
    assert "logs:FilterLogEvents" in asked
    assert asked <= allowed


def test_a_restart_runs_the_platforms_document_on_servers_that_it_may_restart(
    stack: Platform, groups: ServerGroups, asked: set[str], allowed: set[str]
) -> None:
    groups.restart(["websocket"], print)
    assert asked <= allowed

    ssm = stack.client("ssm")
    [document, *others] = {each["DocumentName"] for each in ssm.list_commands()["Commands"]}
    assert not others
    made = json.loads(ssm.get_document(Name=document)["Content"])
    assert made["parameters"]["port"]["allowedValues"] == ["8080", "8081"]


def test_an_update_finds_what_it_would_update(
    groups: ServerGroups, asked: set[str], allowed: set[str]
) -> None:
    roles = [row["role"] for row in updates.plan(groups)]
    assert roles == ["api", "websocket", "cache", "cache", "monitoring"]
    assert asked <= allowed


def test_a_failover_finds_the_database_behind_its_names(
    told: OpsSettings, asked: set[str], allowed: set[str]
) -> None:
    found = rds.make(failover.rds_clients(told), failover.rds_request_from(told))
    assert (found.way, found.refusal) == (Way.REBOOT, None)
    assert found.replica.source == found.primary.name
    assert asked <= allowed


def test_buckets_are_there_and_nothing_is_wrong_with_them(
    told: OpsSettings, asked: set[str], allowed: set[str]
) -> None:
    s3 = aws.s3(told)
    for bucket, what in ((told.backup_bucket, "backup"), (told.media_bucket, "media")):
        assert bucket is not None
        assert [each.state for each in storage.bucket(s3, bucket, what)] == [State.OK]
        assert buckets.scan(s3, bucket) == []
    assert asked <= allowed


def test_people_are_told(told: OpsSettings, asked: set[str], allowed: set[str]) -> None:
    assert telling.tell(telling.channels(told), "Incident: rehearsed") == {"SNS": ""}
    assert asked == {"sns:Publish"}
    assert asked <= allowed
