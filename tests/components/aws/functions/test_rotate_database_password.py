"""The four steps change the password in the database first and for its readers last."""

import json
import logging
import string
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, cast

import boto3
import pytest
from moto.rds.models import rds_backends
from moto.secretsmanager.models import secretsmanager_backends

from components.aws.functions import rotate_database_password
from components.aws.functions.rotate_database_password import RotationError, handle
from offline import moto_server

ACCOUNT_ID = "123456789012"
REGION = "eu-central-1"
DATABASE = "messaging-app-test-database"
FIRST = "first-password"
TOKEN = "11111111-2222-3333-4444-555555555555"

Step = Callable[[str], None]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # It reports every request.
    server, url = moto_server.start()
    yield url
    server.stop()


@pytest.fixture(autouse=True)
def account(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("DATABASE_IDENTIFIER", DATABASE)
    monkeypatch.setattr(rotate_database_password, "POLL_SECONDS", 0)
    client("rds").create_db_instance(
        DBInstanceIdentifier=DATABASE,
        DBInstanceClass="db.m6i.2xlarge",
        Engine="postgres",
        MasterUsername="messaging",
        MasterUserPassword=FIRST,
        AllocatedStorage=20,
    )
    yield
    client("rds").delete_db_instance(DBInstanceIdentifier=DATABASE, SkipFinalSnapshot=True)


@cache
def client(service: str) -> Any:
    session: Any = boto3.session.Session()
    return session.client(service)


@pytest.fixture
def secret(request: pytest.FixtureRequest) -> str:
    """A secret that has a first version, labelled as the platform labels it."""
    manager = client("secretsmanager")
    arn = manager.create_secret(Name=f"database-{request.node.name}"[:200])["ARN"]  # pyright: ignore[reportUnknownMemberType]
    value = json.dumps({"username": "messaging", "password": FIRST})
    manager.put_secret_value(SecretId=arn, SecretString=value, VersionStages=["initial"])
    return arn


@pytest.fixture
def rotation(secret: str) -> str:
    """The secret, with a rotation begun."""
    begin(secret)
    return secret


@pytest.fixture
def step(rotation: str) -> Step:
    return lambda name: run(name, rotation)


def begin(secret: str, token: str = TOKEN) -> None:
    client("secretsmanager").rotate_secret(
        SecretId=secret,
        ClientRequestToken=token,
        RotationLambdaARN=function(),
        RotationRules={"ScheduleExpression": "rate(30 days)"},
    )


def function() -> str:
    """ARN of a function to rotate with, which the emulator does not run."""
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    service = {"Principal": {"Service": "lambda.amazonaws.com"}}
    document = {"Version": "2012-10-17", "Statement": [trust | service]}
    name = f"rotate-{uuid.uuid4()}"
    role = client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    told = client("lambda").create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="python3.12",
        Handler="main.handle",
        Code={"ZipFile": b""},
    )
    return told["FunctionArn"]


class Context:
    """What Lambda tells a function about itself."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 0


def run(step: str, secret: str, token: str = TOKEN) -> None:
    handle({"Step": step, "SecretId": secret, "ClientRequestToken": token}, Context())


def run_all(secret: str, token: str = TOKEN) -> None:
    for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
        run(step, secret, token)


def value(secret: str, stage: str) -> dict[str, str]:
    told = client("secretsmanager").get_secret_value(SecretId=secret, VersionStage=stage)
    return json.loads(told["SecretString"])


def instance() -> Any:
    """The database, in the emulator itself: no API tells a password."""
    return cast(Any, rds_backends)[ACCOUNT_ID][REGION].databases[DATABASE]


def test_a_pending_password_is_made_for_the_same_user(step: Step, rotation: str) -> None:
    step("createSecret")

    pending = value(rotation, "AWSPENDING")
    assert pending["username"] == "messaging"
    assert len(pending["password"]) == 40
    assert set(pending["password"]) <= set(string.ascii_letters + string.digits)
    assert value(rotation, "AWSCURRENT")["password"] == FIRST


def test_a_repeated_creation_keeps_the_pending_password(step: Step, rotation: str) -> None:
    step("createSecret")
    pending = value(rotation, "AWSPENDING")

    step("createSecret")

    assert value(rotation, "AWSPENDING") == pending


def test_the_database_takes_the_pending_password(step: Step, rotation: str) -> None:
    step("createSecret")

    step("setSecret")
    step("setSecret")

    assert instance()._master_user_password == value(rotation, "AWSPENDING")["password"]
    assert value(rotation, "AWSCURRENT")["password"] == FIRST


def test_other_changes_go_on_waiting_for_the_maintenance_window(
    step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    step("createSecret")
    requests: list[Any] = []
    backend = cast(Any, rds_backends)[ACCOUNT_ID][REGION]
    monkeypatch.setattr(backend, "modify_db_instance", recording(backend, requests))

    step("setSecret")

    [request] = requests
    assert request.keys() == {
        "db_instance_identifier",
        "master_user_password",
        "apply_immediately",
    }
    assert request["apply_immediately"] is False


def recording(backend: Any, requests: list[Any]) -> Callable[[str, dict[str, Any]], Any]:
    modify = backend.modify_db_instance

    def recorded(identifier: str, request: dict[str, Any]) -> Any:
        requests.append(dict(request))
        return modify(identifier, request)

    return recorded


def test_a_password_of_another_user_is_not_set(step: Step, rotation: str) -> None:
    step("createSecret")
    instance().master_username = "postgres"

    with pytest.raises(RotationError, match=r"the master user of .* is postgres"):
        step("setSecret")

    assert instance()._master_user_password == FIRST


def test_the_test_passes_once_the_database_has_the_password(step: Step) -> None:
    step("createSecret")
    step("setSecret")

    step("testSecret")
    step("testSecret")


def test_the_test_fails_while_the_database_is_still_changing(step: Step) -> None:
    step("createSecret")
    step("setSecret")
    instance().status = "resetting-master-credentials"

    with pytest.raises(RotationError, match="has not yet taken the new password"):
        step("testSecret")


def test_the_test_waits_for_a_pending_password(step: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [{"MasterUserPassword": "****"}, {"DBInstanceClass": "db.m6i.4xlarge"}]
    told: list[dict[str, str]] = []

    def describe(_: object) -> dict[str, Any]:
        told.append(answers[len(told)])
        return {"PendingModifiedValues": told[-1], "DBInstanceStatus": "available"}

    monkeypatch.setattr(rotate_database_password.Rotation, "_instance", describe)
    monkeypatch.setattr(rotate_database_password, "MARGIN_SECONDS", 0)

    step("testSecret")

    assert told == answers


def test_the_new_password_becomes_the_current_one(step: Step, rotation: str) -> None:
    step("createSecret")
    pending = value(rotation, "AWSPENDING")

    step("finishSecret")
    step("finishSecret")

    assert value(rotation, "AWSCURRENT") == pending
    assert value(rotation, "AWSPREVIOUS")["password"] == FIRST


def test_a_finished_rotation_changes_nothing_more(rotation: str) -> None:
    run_all(rotation)
    current, password = value(rotation, "AWSCURRENT"), instance()._master_user_password

    run_all(rotation)

    assert value(rotation, "AWSCURRENT") == current
    assert instance()._master_user_password == password == current["password"]


def test_the_first_version_keeps_its_label_through_rotations(rotation: str) -> None:
    """Its label is what keeps Secrets Manager, and so Pulumi, from forgetting it."""
    run_all(rotation, TOKEN)
    for token in (str(uuid.uuid4()), str(uuid.uuid4())):
        begin(rotation, token)
        run_all(rotation, token)

    assert value(rotation, "initial")["password"] == FIRST
    assert value(rotation, "AWSCURRENT")["password"] == instance()._master_user_password


def test_a_secret_that_is_not_rotated_is_refused(secret: str) -> None:
    with pytest.raises(RotationError, match="Rotation is not enabled"):
        run("createSecret", secret)


def test_an_unknown_version_is_refused(rotation: str) -> None:
    with pytest.raises(RotationError, match="has no version"):
        run("createSecret", rotation, token="00000000-0000-0000-0000-000000000000")


def test_a_version_that_is_not_pending_is_refused(rotation: str) -> None:
    stages = client("secretsmanager").describe_secret(SecretId=rotation)["VersionIdsToStages"]
    [current] = [version for version, labels in stages.items() if "AWSCURRENT" in labels]
    backend = cast(Any, secretsmanager_backends)[ACCOUNT_ID][REGION]
    backend.secrets[rotation].versions[current]["version_stages"] = ["AWSPREVIOUS"]

    with pytest.raises(RotationError, match="is not pending"):
        run("createSecret", rotation, token=current)


def test_an_unknown_step_is_refused(step: Step) -> None:
    with pytest.raises(RotationError, match="There is no step eatSecret"):
        step("eatSecret")


def test_no_password_is_logged(step: Step, rotation: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run_all(rotation)

    assert "finishSecret" in caplog.text
    assert value(rotation, "AWSCURRENT")["password"] not in caplog.text
    assert FIRST not in caplog.text
