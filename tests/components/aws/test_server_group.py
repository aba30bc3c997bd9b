"""A server group keeps enough healthy servers and follows its load."""

from collections.abc import Callable
from typing import Any

import pytest

from components.aws.server_group import ServerGroup, ServerGroupArgs
from components.aws.server_template import read_secrets
from components.identity import Identity
from settings.servers import ServerGroupSettings
from tests.components.recording import REQUIRED_TAGS, Recording, record

GROUP = "aws:autoscaling/group:Group"
POLICY = "aws:autoscaling/policy:Policy"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

SETTINGS = ServerGroupSettings(
    role="api",
    image="example/api:1",
    instance_type="m6i.xlarge",
    min_size=3,
    max_size=6,
    disk_gib=120,
)

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def run(**changes: Any) -> Recording:
        args = ServerGroupArgs(
            identity=identity,
            settings=SETTINGS.model_copy(update=changes),
            subnet_ids=["subnet-a", "subnet-b"],
            security_group_id="sg-1",
            kms_key_arn="arn:aws:kms:key",
            user_data="#cloud-config\n",
            permissions=read_secrets(["arn:aws:secret:1"], "arn:aws:kms:key"),
            target_group_arn="arn:aws:elb:target-group",
            target_group_arn_suffix="targetgroup/api/1",
            load_balancer_arn_suffix="app/balancer/2",
        )
        return record(lambda: ServerGroup("api", args))

    return run


def test_it_is_one_group_one_policy_and_one_template(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:ServerGroup": 1,
        "messaging-app:aws:ServerTemplate": 1,
        GROUP: 1,
        POLICY: 1,
        TEMPLATE: 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
        "aws:iam/instanceProfile:InstanceProfile": 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_it_keeps_as_many_servers_as_the_settings_say(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["name"] == "messaging-app-test-api-servers"
    assert (inputs["minSize"], inputs["maxSize"]) == (3, 6)
    assert "desiredCapacity" not in inputs
    assert inputs["vpcZoneIdentifiers"] == ["subnet-a", "subnet-b"]
    assert inputs["waitForCapacityTimeout"] == "15m"


def test_servers_have_the_size_of_the_settings(build: Build) -> None:
    inputs = build().one(TEMPLATE).inputs
    assert inputs["instanceType"] == "m6i.xlarge"
    assert inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 120
    assert inputs["metadataOptions"]["httpPutResponseHopLimit"] == 2


def test_a_server_that_the_load_balancer_finds_unhealthy_is_replaced(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["targetGroupArns"] == ["arn:aws:elb:target-group"]
    assert (inputs["healthCheckType"], inputs["healthCheckGracePeriod"]) == ("ELB", 300)


def test_a_new_template_version_is_rolled_out_a_few_servers_at_a_time(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["launchTemplate"] == {"id": "api-servers-template-id", "version": "1"}
    assert inputs["instanceRefresh"] == {
        "strategy": "Rolling",
        "preferences": {"minHealthyPercentage": 90},
    }


def test_every_server_gets_the_required_tags(build: Build) -> None:
    tags = build().one(GROUP).inputs["tags"]
    assert {tag["key"] for tag in tags} == REQUIRED_TAGS | {"Name"}
    assert all(tag["propagateAtLaunch"] for tag in tags)
    assert {"key": "Role", "value": "api", "propagateAtLaunch": True} in tags


def test_api_servers_scale_by_requests(build: Build) -> None:
    inputs = build().one(POLICY).inputs
    assert inputs["policyType"] == "TargetTrackingScaling"
    assert inputs["autoscalingGroupName"] == "messaging-app-test-api-servers"
    assert inputs["targetTrackingConfiguration"] == {
        "predefinedMetricSpecification": {
            "predefinedMetricType": "ALBRequestCountPerTarget",
            "resourceLabel": "app/balancer/2/targetgroup/api/1",
        },
        "targetValue": 3000,
    }


def test_websocket_servers_scale_by_cpu(build: Build) -> None:
    inputs = build(role="websocket").one(POLICY).inputs
    assert inputs["targetTrackingConfiguration"] == {
        "predefinedMetricSpecification": {"predefinedMetricType": "ASGAverageCPUUtilization"},
        "targetValue": 50,
    }


def test_its_name_is_that_of_the_auto_scaling_group(build: Build) -> None:
    assert build().outputs == {"name": "messaging-app-test-api-servers"}
