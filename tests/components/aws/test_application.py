"""Application servers learn where data is, and may do no more than they need to."""

import json
from typing import Any
from unittest.mock import Mock

import pulumi
import pytest
import yaml

from components.aws.application import Application, CacheAddress
from components.aws.server_template import Permission, ServerTemplate, ServerTemplateArgs
from components.identity import Identity
from settings.servers import ServerGroupSettings
from tests.components.recording import ACCOUNT_ID, record

KEY, MEDIA_KEY = "arn:aws:kms:own", "arn:aws:kms:media"


@pytest.fixture
def application(identity: Identity) -> Application:
    database = Mock(secret_arn="arn:aws:secret:database", port=5432, database_name="messaging")
    return Application(
        identity=identity,
        region="eu-central-1",
        account_id=ACCOUNT_ID,
        kms_key_arn=KEY,
        database=database,
        database_host="postgres.internal",
        replica_host="postgres-replica.internal",
        cache=CacheAddress(
            host="redis.internal",
            port=6379,
            secret_arn="arn:aws:secret:cache",
            tls=True,
        ),
        media_bucket="media",
        media_arn="arn:aws:s3:::media",
        media_kms_key_arn=MEDIA_KEY,
    )


def settings(role: Any) -> ServerGroupSettings:
    return ServerGroupSettings(
        role=role, image="example/app:1", instance_type="m6i.xlarge", min_size=1, max_size=2
    )


def statements(identity: Identity, permissions: list[Permission]) -> list[dict[str, Any]]:
    """The permissions as IAM gets them."""
    args = ServerTemplateArgs(
        identity=identity,
        role="api",
        instance_type="m6i.xlarge",
        disk_gib=100,
        security_group_id="sg-1",
        user_data="",
        permissions=permissions,
        kms_key_arn=KEY,
    )
    built = record(lambda: ServerTemplate("api", args))
    policy = built.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    return json.loads(policy)["Statement"]


def allowed(statements: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    return [each for each in statements if action in each["Action"]]


def test_a_server_may_log_join_and_leave_only_as_a_member_of_its_group(
    application: Application, identity: Identity
) -> None:
    given = statements(identity, application.permissions("api", settings("api")))
    [log] = allowed(given, "logs:PutLogEvents")
    assert log["Resource"] == [
        f"arn:aws:logs:eu-central-1:{ACCOUNT_ID}:log-group:/messaging-app/test/servers/api:*"
    ]
    [leave] = allowed(given, "autoscaling:CompleteLifecycleAction")
    assert leave["Resource"] == [
        f"arn:aws:autoscaling:eu-central-1:{ACCOUNT_ID}:autoScalingGroup:*"
        ":autoScalingGroupName/messaging-app-test-api-servers"
    ]


def test_only_websocket_servers_publish_metrics_and_in_one_namespace(
    application: Application, identity: Identity
) -> None:
    api = statements(identity, application.permissions("api", settings("api")))
    assert allowed(api, "cloudwatch:PutMetricData") == []
    websocket = statements(identity, application.permissions("ws", settings("websocket")))
    [publish] = allowed(websocket, "cloudwatch:PutMetricData")
    assert publish["Condition"] == {"StringEquals": {"cloudwatch:namespace": ["messaging-app"]}}


def test_media_may_be_encrypted_with_another_key(
    application: Application, identity: Identity
) -> None:
    given = statements(identity, application.permissions("api", settings("api")))
    [write] = allowed(given, "kms:GenerateDataKey")
    assert write["Resource"] == [MEDIA_KEY]
    assert {
        resource for each in allowed(given, "kms:Decrypt") for resource in each["Resource"]
    } == {
        KEY,
        MEDIA_KEY,
    }


def test_a_server_is_told_where_everything_is(application: Application) -> None:
    told: dict[str, str] = {}

    class Probe(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("test:Probe", "probe")
            self.text = application.user_data("api", settings("api"))

    text = record(Probe).outputs["text"]
    for each in yaml.safe_load(text)["write_files"]:
        told[each["path"]] = each["content"]
    assert told["/opt/messaging-app/environment"] == (
        "AWS_REGION=eu-central-1\n"
        "DB_HOST=postgres.internal\n"
        "DB_NAME=messaging\n"
        "DB_PORT=5432\n"
        "DB_REPLICA_HOST=postgres-replica.internal\n"
        "MEDIA_BUCKET=media\n"
        "REDIS_HOST=redis.internal\n"
        "REDIS_PORT=6379\n"
        "REDIS_TLS=true\n"
    )
    assert (
        "--auto-scaling-group-name messaging-app-test-api-servers"
        in told["/opt/messaging-app/drain"]
    )
