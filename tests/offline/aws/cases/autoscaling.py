"""Auto Scaling groups and policies."""

from typing import Any

from tests.offline.aws.account import Account, Case, MakeCase
from tests.offline.aws.cases.compute import a_template
from tests.offline.aws.cases.elbv2 import a_target_group, subnets
from tests.offline.aws.cases.vpc import a_vpc


def tags(value: str, *, propagate: bool) -> list[dict[str, Any]]:
    return [{"key": "Role", "value": value, "propagateAtLaunch": propagate}]


def group_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("group"),
        "minSize": 2,
        "maxSize": 4,
        "desiredCapacity": 2,
        "launchTemplate": {"id": a_template(account)["id"], "version": "1"},
        "vpcZoneIdentifiers": subnets(account, a_vpc(account)),
        "targetGroupArns": [a_target_group(account)],
        "healthCheckType": "ELB",
        "healthCheckGracePeriod": 0,
        "waitForCapacityTimeout": "15m",
        "initialLifecycleHooks": [
            {
                "name": "first",
                "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                "heartbeatTimeout": 900,
                "defaultResult": "ABANDON",
            }
        ],
        "defaultInstanceWarmup": 120,
        "enabledMetrics": ["GroupInServiceInstances", "GroupMaxSize"],
        "tags": tags("api", propagate=True),
    }


def group(account: Account) -> Case:
    autoscaling = account.client("autoscaling")
    return Case(
        token="aws:autoscaling/group:Group",
        inputs=group_inputs(account),
        changes={
            "minSize": 1,
            "maxSize": 5,
            "desiredCapacity": 3,
            "launchTemplate": {"id": a_template(account)["id"], "version": "$Latest"},
            "vpcZoneIdentifiers": subnets(account, a_vpc(account)),
            "targetGroupArns": [a_target_group(account)],
            "healthCheckType": "EC2",
            "healthCheckGracePeriod": 60,
            "defaultInstanceWarmup": 60,
            "enabledMetrics": ["GroupInServiceInstances", "GroupMinSize"],
            "tags": tags("websocket", propagate=False),
        },
        meddle=lambda state: autoscaling.set_desired_capacity(
            AutoScalingGroupName=state["id"], DesiredCapacity=4
        ),
        drift={"desiredCapacity": 4},
        untold=frozenset({"defaultInstanceWarmup", "initialLifecycleHooks"}),
    )


def policy(account: Account) -> Case:
    autoscaling = account.client("autoscaling")
    group = account.create("aws:autoscaling/group:Group", **group_inputs(account))
    return Case(
        token="aws:autoscaling/policy:Policy",
        inputs={
            "name": account.unique("policy"),
            "autoscalingGroupName": group["id"],
            "policyType": "TargetTrackingScaling",
            "targetTrackingConfiguration": {
                "predefinedMetricSpecification": {
                    "predefinedMetricType": "ALBRequestCountPerTarget",
                    "resourceLabel": "app/alb/1/targetgroup/targets/2",
                },
                "targetValue": 3000,
            },
        },
        changes={
            "targetTrackingConfiguration": {
                "predefinedMetricSpecification": {
                    "predefinedMetricType": "ASGAverageCPUUtilization"
                },
                "targetValue": 50.5,
            }
        },
        meddle=lambda state: autoscaling.delete_policy(PolicyName=state["id"]),
        drift=None,
    )


def policy_by_own_metric(account: Account) -> Case:
    """The metric is one that the servers publish themselves."""
    autoscaling = account.client("autoscaling")
    group = account.create("aws:autoscaling/group:Group", **group_inputs(account))
    return Case(
        token="aws:autoscaling/policy:Policy",
        inputs={
            "name": account.unique("policy"),
            "autoscalingGroupName": group["id"],
            "policyType": "TargetTrackingScaling",
            "targetTrackingConfiguration": connections_per_server(5000),
        },
        changes={"targetTrackingConfiguration": connections_per_server(2500)},
        meddle=lambda state: autoscaling.delete_policy(PolicyName=state["id"]),
        drift=None,
    )


def connections_per_server(target: int) -> dict[str, Any]:
    return {
        "customizedMetricSpecification": {
            "namespace": "messaging-app",
            "metricName": "WebsocketConnections",
            "statistic": "Average",
            "metricDimensions": [{"name": "AutoScalingGroupName", "value": "websocket"}],
        },
        "targetValue": target,
    }


def lifecycle_hook(account: Account) -> Case:
    autoscaling = account.client("autoscaling")
    group = account.create("aws:autoscaling/group:Group", **group_inputs(account))
    return Case(
        token="aws:autoscaling/lifecycleHook:LifecycleHook",
        inputs={
            "name": account.unique("hook"),
            "autoscalingGroupName": group["id"],
            "lifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
            "heartbeatTimeout": 600,
            "defaultResult": "CONTINUE",
        },
        changes={
            "lifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
            "heartbeatTimeout": 90,
            "defaultResult": "ABANDON",
        },
        meddle=lambda state: autoscaling.delete_lifecycle_hook(
            AutoScalingGroupName=state["autoscalingGroupName"], LifecycleHookName=state["id"]
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (group, policy, policy_by_own_metric, lifecycle_hook)
