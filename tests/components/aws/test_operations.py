"""One server watches everything, and alerts reach people."""

import base64
import json
from collections.abc import Callable

import pytest

from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.aws.operations import Operations, OperationsArgs
from components.identity import Identity
from settings.servers import OperationsSettings
from tests.components.recording import Recording, record

INSTANCE = "aws:ec2/instance:Instance"
RECORD = "aws:route53/record:Record"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
TOPIC = "aws:sns/topic:Topic"

KEY_ARN = "arn:aws:kms:key"
TOPIC_ARN = "arn:aws:mock::123456789012:operations-alerts"

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def make() -> Operations:
        zone = PrivateZone(
            "names",
            PrivateZoneArgs(identity=identity, domain="chat.example.com", vpc_id="vpc-1"),
        )
        return Operations(
            "operations",
            OperationsArgs(
                identity=identity,
                settings=OperationsSettings(
                    instance_type="m6i.xlarge", disk_gib=110, alert_email="team@example.com"
                ),
                region="eu-central-1",
                subnet_id="subnet-a",
                security_group_id="sg-1",
                kms_key_arn=KEY_ARN,
                zone=zone,
                database_host="postgres.internal.chat.example.com",
                cache_host="redis.internal.chat.example.com",
            ),
        )

    return lambda: record(make)


def test_it_is_one_server_and_one_topic_with_a_subscriber(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Operations": 1,
        "messaging-app:aws:PrivateZone": 1,
        "messaging-app:aws:ServerTemplate": 1,
        INSTANCE: 1,
        TEMPLATE: 1,
        TOPIC: 1,
        SUBSCRIPTION: 1,
        RECORD: 1,
        ROLE_POLICY: 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
        "aws:iam/instanceProfile:InstanceProfile": 1,
        "aws:route53/zone:Zone": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_alerts_are_encrypted_and_mailed(build: Build) -> None:
    built = build()
    topic = built.one(TOPIC)
    assert topic.inputs["name"] == "messaging-app-test-alerts"
    assert topic.inputs["kmsMasterKeyId"] == KEY_ARN
    assert topic.tags["Role"] == "monitoring"
    assert built.one(SUBSCRIPTION).inputs == {
        "topic": TOPIC_ARN,
        "protocol": "email",
        "endpoint": "team@example.com",
    }


def test_the_server_has_the_size_of_the_settings(build: Build) -> None:
    built = build()
    template = built.one(TEMPLATE).inputs
    assert template["instanceType"] == "m6i.xlarge"
    assert template["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 110
    assert template["vpcSecurityGroupIds"] == ["sg-1"]
    assert template["tags"]["Role"] == "monitoring"
    assert built.one(INSTANCE).inputs["subnetId"] == "subnet-a"


def test_a_new_template_version_replaces_the_server(build: Build) -> None:
    instance = build().one(INSTANCE)
    assert instance.inputs["launchTemplate"] == {"id": "operations-template-id", "version": "1"}
    assert not instance.request.ignoreChanges


def test_the_server_watches_this_environment_only(build: Build) -> None:
    text = base64.b64decode(build().one(TEMPLATE).inputs["userData"]).decode()
    for needed in (
        "messaging-app",
        "postgres.internal.chat.example.com",
        "redis.internal.chat.example.com",
        TOPIC_ARN,
    ):
        assert needed in text


def test_the_server_may_find_servers_and_publish_alerts_and_no_more(build: Build) -> None:
    policy = json.loads(build().one(ROLE_POLICY).inputs["policy"])
    assert [(each["Action"], each["Resource"]) for each in policy["Statement"]] == [
        (["ec2:DescribeInstances"], ["*"]),
        (["sns:Publish"], [TOPIC_ARN]),
        (["kms:Decrypt", "kms:GenerateDataKey"], [KEY_ARN]),
    ]


def test_the_server_has_a_name(build: Build) -> None:
    inputs = build().one(RECORD).inputs
    assert inputs["name"] == "operations.internal.chat.example.com"
    assert (inputs["type"], inputs["records"]) == ("A", ["10.0.0.10"])


def test_outputs_say_where_to_look(build: Build) -> None:
    assert build().outputs == {
        "alert_topic_arn": TOPIC_ARN,
        "prometheus_url": "http://operations.internal.chat.example.com:9090",
        "grafana_url": "http://operations.internal.chat.example.com:3000",
        "alertmanager_url": "http://operations.internal.chat.example.com:9093",
    }
