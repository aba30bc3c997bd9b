"""A server group keeps enough healthy servers and follows its load."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.server_group import ServerGroup, ServerGroupArgs, membership
from components.aws.server_template import read_secrets
from components.identity import Identity
from settings.servers import ServerGroupSettings
from tests.components.recording import ACCOUNT_ID, MACHINE_IMAGE, REQUIRED_TAGS, Recording, record

GROUP = "aws:autoscaling/group:Group"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
HOOK = "aws:autoscaling/lifecycleHook:LifecycleHook"
ASSOCIATION = "aws:ssm/association:Association"
DOCUMENT = "aws:ssm/document:Document"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLLOUT = "messaging-app:aws:Rollout"
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
            region="eu-central-1",
            account_id=ACCOUNT_ID,
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


def test_it_is_one_group_with_a_template_a_policy_hooks_a_log_alarms_and_a_rollout(
    build: Build,
) -> None:
    assert build().counts() == {
        "messaging-app:aws:ServerGroup": 1,
        "messaging-app:aws:ServerTemplate": 1,
        "messaging-app:aws:Alarms": 1,
        ROLLOUT: 1,
        ALARM: 2,
        ASSOCIATION: 1,
        DOCUMENT: 1,
        HOOK: 2,
        LOG_GROUP: 1,
        GROUP: 1,
        POLICY: 1,
        TEMPLATE: 1,
        "aws:iam/role:Role": 2,
        "aws:iam/rolePolicy:RolePolicy": 2,
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
    assert inputs["waitForCapacityTimeout"] == "20m"


def test_servers_have_the_size_of_the_settings(build: Build) -> None:
    inputs = build().one(TEMPLATE).inputs
    assert inputs["instanceType"] == "m6i.xlarge"
    assert inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] == 120
    assert inputs["metadataOptions"]["httpPutResponseHopLimit"] == 2


def test_a_server_that_the_load_balancer_finds_unhealthy_is_replaced(build: Build) -> None:
    inputs = build().one(GROUP).inputs
    assert inputs["targetGroupArns"] == ["arn:aws:elb:target-group"]
    assert (inputs["healthCheckType"], inputs["healthCheckGracePeriod"]) == ("ELB", 0)


def test_the_group_begins_with_a_fixed_version_and_every_later_one_is_the_rollout_s(
    build: Build,
) -> None:
    group = build().one(GROUP)
    assert group.inputs["launchTemplate"] == {"id": "api-servers-template-id", "version": "1"}
    assert list(group.request.ignoreChanges) == ["launchTemplate", "initialLifecycleHooks"]
    # The provider's own refresh would change the group first, and leave nothing to go back to.
    assert "instanceRefresh" not in group.inputs


def test_the_rollout_is_to_the_newest_version_and_stops_at_the_group_s_alarms(build: Build) -> None:
    built = build()
    assert built.one(ASSOCIATION).inputs["parameters"] == {
        "AutomationAssumeRole": f"arn:aws:mock::{ACCOUNT_ID}:api-rollout-role",
        "template": "api-servers-template-id",
        "version": "1",
    }
    document = json.loads(built.one(DOCUMENT).inputs["content"])
    refresh = document["mainSteps"][0]["inputs"]
    assert refresh["AutoScalingGroupName"] == built.one(GROUP).inputs["name"]
    assert refresh["Preferences"]["AlarmSpecification"] == {
        "Alarms": [alarm.inputs["name"] for alarm in built.all(ALARM)]
    }


def test_the_rollout_waits_for_the_group_its_hooks_and_its_alarms(build: Build) -> None:
    built = build()
    needed = {each.urn for each in (built.one(GROUP), *built.all(HOOK), *built.all(ALARM))}
    assert needed <= set(built.one(ROLLOUT).request.dependencies)


def test_a_named_machine_image_is_started(build: Build) -> None:
    template = build(machine_image="ami-0a1b2c3d").one(TEMPLATE)
    assert template.inputs["imageId"] == "ami-0a1b2c3d"
    assert list(template.request.ignoreChanges) == []


def test_without_a_named_image_servers_keep_the_one_that_was_the_newest(build: Build) -> None:
    template = build().one(TEMPLATE)
    assert template.inputs["imageId"] == MACHINE_IMAGE
    assert list(template.request.ignoreChanges) == ["imageId"]
    assert "imageId" not in template.secret_inputs


def test_the_group_waits_for_its_log(build: Build) -> None:
    built = build()
    assert built.one(LOG_GROUP).urn in built.one(GROUP).request.dependencies


@pytest.mark.parametrize("role", ["api", "websocket"])
def test_a_server_is_in_service_once_it_has_answered_and_is_given_up_if_it_does_not(
    build: Build, role: str
) -> None:
    built = build(role=role)
    hook = {
        "name": "messaging-app-test-api-join",
        "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "heartbeatTimeout": 900,
        "defaultResult": "ABANDON",
    }
    assert built.one(GROUP).inputs["initialLifecycleHooks"] == [hook]
    assert built.one(HOOK, "api-join").inputs == {
        "autoscalingGroupName": "messaging-app-test-api-servers",
        **hook,
    }


def test_its_load_counts_soon_after_it_has_answered(build: Build) -> None:
    assert build().one(GROUP).inputs["defaultInstanceWarmup"] == 60


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
        assert alarm.inputs["evaluationPeriods"] == 3
        assert alarm.inputs["alarmActions"] == ["arn:aws:sns:alerts"]
        assert alarm.inputs["okActions"] == ["arn:aws:sns:alerts"]


@pytest.mark.parametrize(("role", "seconds"), [("api", 150), ("websocket", 420)])
def test_a_server_may_drain_before_it_ends_and_ends_even_if_it_hangs(
    build: Build, role: str, seconds: int
) -> None:
    assert build(role=role).one(HOOK, "api-drain").inputs == {
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
    assert names.join_hook == built.one(HOOK, "api-join").inputs["name"]
    assert names.drain_hook == built.one(HOOK, "api-drain").inputs["name"]
    assert names.start_seconds == built.one(HOOK, "api-join").inputs["heartbeatTimeout"]
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
