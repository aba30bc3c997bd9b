"""A server group keeps enough healthy servers and follows its load."""

from collections.abc import Callable
from typing import Any

import pytest

from components.aws.server_group import ServerGroup, ServerGroupArgs, membership
from components.aws.server_template import read_secrets
from components.identity import Identity
from settings.servers import ServerGroupSettings
from tests.components.recording import REQUIRED_TAGS, Recording, record

GROUP = "aws:autoscaling/group:Group"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
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
            alert_topic_arn="arn:aws:sns:alerts",
        )
        return record(lambda: ServerGroup("api", args))

    return run


def test_it_is_one_group_with_a_template_a_policy_a_hook_a_log_and_two_alarms(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:ServerGroup": 1,
        "messaging-app:aws:ServerTemplate": 1,
        "messaging-app:aws:Alarms": 1,
        ALARM: 2,
        HOOK: 1,
        LOG_GROUP: 1,
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


def test_new_servers_are_in_service_before_old_ones_go_unless_an_alarm_stops_it(
    build: Build,
) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["launchTemplate"] == {"id": "api-servers-template-id", "version": "1"}
    assert inputs["instanceRefresh"] == {
        "strategy": "Rolling",
        "preferences": {
            "minHealthyPercentage": 100,
            "maxHealthyPercentage": 150,
            "alarmSpecification": {
                "alarms": ["messaging-app-test-api-errors", "messaging-app-test-api-unhealthy"]
            },
            "autoRollback": False,
        },
    }
    assert inputs["defaultInstanceWarmup"] == 300


def test_a_named_machine_image_is_started_and_lets_aws_roll_back(build: Build) -> None:
    built = build(machine_image="ami-0a1b2c3d")
    assert built.one(TEMPLATE).inputs["imageId"] == "ami-0a1b2c3d"
    preferences = built.one(GROUP).inputs["instanceRefresh"]["preferences"]
    assert preferences["autoRollback"] is True


def test_without_a_named_image_a_server_starts_from_the_newest_ubuntu(build: Build) -> None:
    image = build().one(TEMPLATE).inputs["imageId"]
    assert image.startswith("resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/stable/")


def test_the_group_waits_for_its_alarms_and_its_log(build: Build) -> None:
    built = build()
    needed = {each.urn for each in (*built.all(ALARM), built.one(LOG_GROUP))}
    assert needed <= set(built.one(GROUP).request.dependencies)


def test_alarms_watch_the_group_s_own_targets_and_tell_the_topic(build: Build) -> None:
    errors, unhealthy = build().all(ALARM)
    targets = {"LoadBalancer": "app/balancer/2", "TargetGroup": "targetgroup/api/1"}
    assert unhealthy.inputs["dimensions"] == targets
    assert unhealthy.inputs["metricName"] == "UnHealthyHostCount"
    measured = {
        query["metric"]["metricName"]: query["metric"]["dimensions"]
        for query in errors.inputs["metricQueries"]
        if "metric" in query
    }
    assert measured == {"HTTPCode_Target_5XX_Count": targets, "RequestCount": targets}
    for alarm in (errors, unhealthy):
        assert alarm.inputs["alarmActions"] == ["arn:aws:sns:alerts"]
        assert alarm.inputs["okActions"] == ["arn:aws:sns:alerts"]


@pytest.mark.parametrize(("role", "seconds"), [("api", 150), ("websocket", 420)])
def test_a_server_may_drain_before_it_ends_and_ends_even_if_it_hangs(
    build: Build, role: str, seconds: int
) -> None:
    assert build(role=role).one(HOOK).inputs == {
        "name": "messaging-app-test-api-drain",
        "autoscalingGroupName": "messaging-app-test-api-servers",
        "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "heartbeatTimeout": seconds,
        "defaultResult": "CONTINUE",
    }


def test_output_of_containers_is_kept_encrypted_for_a_year(build: Build) -> None:
    inputs = build().one(LOG_GROUP).inputs
    assert inputs["name"] == "/messaging-app/test/servers/api"
    assert (inputs["retentionInDays"], inputs["kmsKeyId"]) == (365, "arn:aws:kms:key")


def test_the_group_reports_its_size(build: Build) -> None:
    metrics = set(build().one(GROUP).inputs["enabledMetrics"])
    assert {"GroupInServiceInstances", "GroupDesiredCapacity", "GroupMaxSize"} <= metrics


def test_servers_know_the_names_that_the_group_has(build: Build, identity: Identity) -> None:
    names, built = membership(identity, "api", "api"), build()
    assert names.group == built.one(GROUP).inputs["name"]
    assert names.hook == built.one(HOOK).inputs["name"]
    assert names.log_group == built.one(LOG_GROUP).inputs["name"]


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


def test_websocket_servers_scale_by_what_they_publish_themselves(build: Build) -> None:
    inputs = build(role="websocket").one(POLICY).inputs
    assert inputs["targetTrackingConfiguration"] == {
        "customizedMetricSpecification": {
            "namespace": "messaging-app",
            "metricName": "WebsocketConnections",
            "metricDimensions": [
                {"name": "AutoScalingGroupName", "value": "messaging-app-test-api-servers"}
            ],
            "statistic": "Average",
        },
        "targetValue": 5000,
    }


def test_its_name_is_that_of_the_auto_scaling_group(build: Build) -> None:
    assert build().outputs == {"name": "messaging-app-test-api-servers"}
