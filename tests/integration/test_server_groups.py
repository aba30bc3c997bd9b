"""Auto Scaling: unhealthy servers are replaced, load is followed, and leaving servers drain."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from offline.stack import Session
from tests.integration.answers import tag
from tests.integration.conftest import Platform

LEAST: Mapping[str, int] = {"api": 3, "websocket": 2}
PORTS: Mapping[str, int] = {"api": 8080, "websocket": 8081}
"""Guide, Horizontal Scaling and Load Balancer Configuration."""

each_group = pytest.mark.parametrize("group", LEAST)


@pytest.fixture(scope="module")
def groups(stack: Platform) -> dict[str, dict[str, Any]]:
    described = stack.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    found = {tag(each, "Role"): each for each in described}
    assert found.keys() == LEAST.keys()
    return found


@pytest.fixture(scope="module")
def targets(stack: Platform) -> dict[str, dict[str, Any]]:
    described = stack.client("elbv2").describe_target_groups()["TargetGroups"]
    return {each["TargetGroupArn"]: each for each in described}


@each_group
def test_a_group_is_never_smaller_than_the_guide_asks_nor_larger_than_the_settings_allow(
    stack: Platform, groups: dict[str, dict[str, Any]], group: str
) -> None:
    settings = Session(stack.engine.workspace, Console()).settings()
    allowed = next(each.max_size for each in settings.servers.values() if each.role == group)
    found = groups[group]
    assert found["MinSize"] >= LEAST[group]
    assert found["MinSize"] < found["MaxSize"] == allowed
    assert LEAST[group] <= len(found["Instances"]) <= allowed
    assert found["SuspendedProcesses"] == []


@each_group
def test_a_server_that_the_load_balancer_finds_ill_is_replaced(
    groups: dict[str, dict[str, Any]], targets: dict[str, dict[str, Any]], group: str
) -> None:
    assert groups[group]["HealthCheckType"] == "ELB"
    (arn,) = groups[group]["TargetGroupARNs"]
    target = targets[arn]
    assert target["Port"] == PORTS[group]
    assert (target["HealthCheckEnabled"], target["HealthCheckPort"]) == (True, "traffic-port")
    assert (target["HealthCheckPath"], target["Matcher"]) == ("/health", {"HttpCode": "200"})


@each_group
def test_every_server_of_a_group_takes_requests(
    stack: Platform, groups: dict[str, dict[str, Any]], group: str
) -> None:
    (arn,) = groups[group]["TargetGroupARNs"]
    told = stack.client("elbv2").describe_target_health(TargetGroupArn=arn)
    members = {each["InstanceId"] for each in groups[group]["Instances"]}
    assert {each["Target"]["Id"] for each in told["TargetHealthDescriptions"]} == members
    assert {each["TargetHealth"]["State"] for each in told["TargetHealthDescriptions"]} == {
        "healthy"
    }


def test_api_servers_are_as_many_as_their_requests_need(
    stack: Platform, groups: dict[str, dict[str, Any]]
) -> None:
    target = _tracked(stack, groups["api"])
    metric = target["PredefinedMetricSpecification"]
    assert metric["PredefinedMetricType"] == "ALBRequestCountPerTarget"
    (arn,) = groups["api"]["TargetGroupARNs"]
    assert metric["ResourceLabel"].endswith(arn.rsplit(":", 1)[-1])
    assert target["TargetValue"] > 0
    assert target.get("DisableScaleIn", False) is False


def test_websocket_servers_are_as_many_as_their_connections_need(
    stack: Platform, groups: dict[str, dict[str, Any]]
) -> None:
    target = _tracked(stack, groups["websocket"])
    metric = target["CustomizedMetricSpecification"]
    assert metric["MetricName"] == "WebsocketConnections"
    assert metric["Statistic"] == "Average"
    assert metric["Dimensions"] == [
        {"Name": "AutoScalingGroupName", "Value": groups["websocket"]["AutoScalingGroupName"]}
    ]
    assert target["TargetValue"] > 0


def _tracked(stack: Platform, group: Mapping[str, Any]) -> dict[str, Any]:
    told = stack.client("autoscaling").describe_policies(
        AutoScalingGroupName=group["AutoScalingGroupName"]
    )
    (policy,) = told["ScalingPolicies"]
    assert policy["PolicyType"] == "TargetTrackingScaling"
    return policy["TargetTrackingConfiguration"]


@each_group
def test_a_server_that_leaves_first_ends_what_it_has_begun(
    stack: Platform, groups: dict[str, dict[str, Any]], group: str
) -> None:
    told = stack.client("autoscaling").describe_lifecycle_hooks(
        AutoScalingGroupName=groups[group]["AutoScalingGroupName"]
    )
    (hook,) = [
        each
        for each in told["LifecycleHooks"]
        if each["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    ]
    assert hook["DefaultResult"] == "CONTINUE"
    (arn,) = groups[group]["TargetGroupARNs"]
    attributes = stack.client("elbv2").describe_target_group_attributes(TargetGroupArn=arn)
    (delay,) = [
        int(each["Value"])
        for each in attributes["Attributes"]
        if each["Key"] == "deregistration_delay.timeout_seconds"
    ]
    assert hook["HeartbeatTimeout"] > delay > 0


@each_group
def test_a_group_pins_the_newest_version_of_its_template(
    stack: Platform, groups: dict[str, dict[str, Any]], group: str
) -> None:
    pinned = groups[group]["LaunchTemplate"]
    (template,) = stack.client("ec2").describe_launch_templates(
        LaunchTemplateIds=[pinned["LaunchTemplateId"]]
    )["LaunchTemplates"]
    assert pinned["Version"] == str(template["LatestVersionNumber"])


def rollout_document(stack: Platform, group: str) -> str:
    """The name of what rolls out the group's new versions."""
    own = [{"Key": "Owner", "Values": ["Self"]}]
    listed = stack.client("ssm").list_documents(Filters=own)["DocumentIdentifiers"]
    (found,) = [each["Name"] for each in listed if each["Name"].endswith(f"-{group}-rollout")]
    return found


@each_group
def test_a_rollout_keeps_every_server_and_is_stopped_by_alarms_that_exist(
    stack: Platform, groups: dict[str, dict[str, Any]], group: str
) -> None:
    document = json.loads(
        stack.client("ssm").get_document(Name=rollout_document(stack, group))["Content"]
    )
    (begun,) = [
        step["inputs"]
        for step in document["mainSteps"]
        if step["inputs"].get("Api") == "StartInstanceRefresh"
    ]
    assert begun["AutoScalingGroupName"] == groups[group]["AutoScalingGroupName"]
    preferences = begun["Preferences"]
    assert (preferences["MinHealthyPercentage"], preferences["AutoRollback"]) == (100, True)
    watched = preferences["AlarmSpecification"]["Alarms"]
    assert watched
    described = stack.client("cloudwatch").describe_alarms(AlarmNames=watched)["MetricAlarms"]
    assert {each["AlarmName"] for each in described} == set(watched)
