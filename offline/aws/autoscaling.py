"""Auto Scaling groups, their scaling policies and what happens before a server comes or goes."""

from collections.abc import Mapping
from typing import Any

from offline.aws.compute import template_reference
from offline.provider.api import invoke
from offline.provider.convert import camel, pascal
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

IRREGULAR = {"metricDimensions": "Dimensions"}
"""What the provider calls otherwise than AWS does."""


def _told_template(told: Mapping[str, Any]) -> dict[str, Any]:
    names = {"LaunchTemplateId": "id", "LaunchTemplateName": "name", "Version": "version"}
    return {names[key]: value for key, value in told.items()}


ASSUMED_DISTRIBUTION = {
    "onDemandAllocationStrategy": "prioritized",
    "onDemandBaseCapacity": 0,
    "onDemandPercentageAboveBaseCapacity": 100,
    "spotAllocationStrategy": "lowest-price",
    "spotInstancePools": 2,
}
"""Of a group of several types that names none."""


def _told_mix(told: Mapping[str, Any]) -> dict[str, Any]:
    """As the program gave it, without what AWS adds to it: a name, and how servers are paid."""
    mix = camel(told)
    mix["launchTemplate"]["launchTemplateSpecification"].pop("launchTemplateName", None)
    if mix.get("instancesDistribution") == ASSUMED_DISTRIBUTION:
        del mix["instancesDistribution"]
    return mix


def _told_tags(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "key": tag["Key"],
            "value": tag["Value"],
            "propagateAtLaunch": tag["PropagateAtLaunch"],
        }
        for tag in told
        if not tag["Key"].startswith("aws:")
    ]


def _retag(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    belongs = {"ResourceId": new["id"], "ResourceType": "auto-scaling-group"}
    wanted = new.get("tags", [])
    keys = {tag["key"] for tag in wanted}
    if wanted:
        request = [{**belongs, **pascal(tag)} for tag in wanted]
        invoke(client, "create_or_update_tags", {"Tags": request})
    stale = [
        {**belongs, "Key": tag["key"]} for tag in old.get("tags", []) if tag["key"] not in keys
    ]
    if stale:
        invoke(client, "delete_tags", {"Tags": stale})
    return {}


def _change_target_groups(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    wanted, present = set(new["targetGroupArns"]), set(old.get("targetGroupArns", []))
    for operation, arns in (
        ("attach_load_balancer_target_groups", wanted - present),
        ("detach_load_balancer_target_groups", present - wanted),
    ):
        if arns:
            request = {"AutoScalingGroupName": new["id"], "TargetGroupARNs": sorted(arns)}
            invoke(client, operation, request)
    return {}


def _change_template(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Only when the program changes it: an instance refresh may have chosen another version."""
    template = template_reference(new["launchTemplate"])
    request = {"AutoScalingGroupName": new["id"], "LaunchTemplate": template}
    invoke(client, "update_auto_scaling_group", request)
    return {}


def _hooks(given: list[dict[str, Any]]) -> Any:
    return pascal(given, {"name": "LifecycleHookName"})


def _collect_metrics(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"AutoScalingGroupName": new["id"]}
    wanted = new["enabledMetrics"]
    if stale := sorted(set(old.get("enabledMetrics", [])) - set(wanted)):
        invoke(client, "disable_metrics_collection", {**group, "Metrics": stale})
    if wanted:
        collection = {**group, "Metrics": wanted, "Granularity": "1Minute"}
        invoke(client, "enable_metrics_collection", collection)
    return {}


def _drain_and_delete(client: Any, state: Scope, _: Scope) -> Mapping[str, Any]:
    """AWS refuses to delete a group that still has servers."""
    name = state["id"]
    found = invoke(client, "describe_auto_scaling_groups", {"AutoScalingGroupNames": [name]})
    if found["AutoScalingGroups"]:
        group = {"AutoScalingGroupName": name}
        none = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
        invoke(client, "update_auto_scaling_group", {**group, **none})
        invoke(client, "delete_auto_scaling_group", group)
    return {}


SETTINGS: Mapping[str, Any] = {
    "MinSize": P("minSize"),
    "MaxSize": P("maxSize"),
    "DesiredCapacity": P("desiredCapacity"),
    "VPCZoneIdentifier": P("vpcZoneIdentifiers", ",".join),
    "MixedInstancesPolicy": P("mixedInstancesPolicy", pascal),
    "HealthCheckType": P("healthCheckType"),
    "HealthCheckGracePeriod": P("healthCheckGracePeriod", default=300),
    # AWS's own word for "none".
    "DefaultInstanceWarmup": P("defaultInstanceWarmup", default=-1),
}

GROUP = Resource(
    token="aws:autoscaling/group:Group",
    service="autoscaling",
    create=Call(
        "create_auto_scaling_group",
        {
            "AutoScalingGroupName": P("name"),
            **SETTINGS,
            "LaunchTemplate": P("launchTemplate", template_reference),
            "LifecycleHookSpecificationList": P("initialLifecycleHooks", _hooks),
            "TargetGroupARNs": P("targetGroupArns"),
            "Tags": P("tags", pascal),
        },
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    options=frozenset({"waitForCapacityTimeout"}),
    configure=(Run(_collect_metrics, uses=(P("enabledMetrics", default=[]),)),),
    update=(
        Call("update_auto_scaling_group", {"AutoScalingGroupName": ID, **SETTINGS}),
        Run(_change_target_groups, uses=(P("targetGroupArns", default=[]),)),
        Run(_retag, uses=(P("tags", default=[]),)),
        Run(_change_template, uses=(P("launchTemplate"),)),
    ),
    read=(
        Read(
            "describe_auto_scaling_groups",
            {"AutoScalingGroupNames": [ID]},
            "AutoScalingGroups[0]",
            {
                "arn": "AutoScalingGroupARN",
                "name": "AutoScalingGroupName",
                "minSize": "MinSize",
                "maxSize": "MaxSize",
                "desiredCapacity": "DesiredCapacity",
                "launchTemplate": From("LaunchTemplate", _told_template),
                "mixedInstancesPolicy": From("MixedInstancesPolicy", _told_mix),
                "vpcZoneIdentifiers": From("VPCZoneIdentifier", lambda ids: ids.split(",")),
                "availabilityZones": "AvailabilityZones",
                "targetGroupArns": "TargetGroupARNs",
                "healthCheckType": "HealthCheckType",
                "healthCheckGracePeriod": "HealthCheckGracePeriod",
                "enabledMetrics": From("EnabledMetrics[].Metric", sorted),
                "tags": From("Tags", _told_tags),
            },
        ),
    ),
    delete=(Run(_drain_and_delete),),
)

PUT_POLICY = Call(
    "put_scaling_policy",
    {
        "AutoScalingGroupName": P("autoscalingGroupName", replaces=True),
        "PolicyName": P("name", replaces=True),
        "PolicyType": P("policyType", replaces=True),
        "TargetTrackingConfiguration": P(
            "targetTrackingConfiguration", lambda given: pascal(given, IRREGULAR)
        ),
    },
)

POLICY = Resource(
    token="aws:autoscaling/policy:Policy",
    service="autoscaling",
    create=PUT_POLICY,
    update=(PUT_POLICY,),
    id="{name}",
    auto_name=AutoName(max_length=255),
    read=(
        Read(
            "describe_policies",
            {"AutoScalingGroupName": K("autoscalingGroupName"), "PolicyNames": [ID]},
            "ScalingPolicies[0]",
            {
                "arn": "PolicyARN",
                "name": "PolicyName",
                "autoscalingGroupName": "AutoScalingGroupName",
                "policyType": "PolicyType",
                "targetTrackingConfiguration": From(
                    "TargetTrackingConfiguration", lambda told: camel(told, IRREGULAR)
                ),
            },
        ),
    ),
    delete=(
        Call(
            "delete_policy",
            {"AutoScalingGroupName": K("autoscalingGroupName"), "PolicyName": ID},
        ),
    ),
)

PUT_HOOK = Call(
    "put_lifecycle_hook",
    {
        "AutoScalingGroupName": P("autoscalingGroupName", replaces=True),
        "LifecycleHookName": P("name", replaces=True),
        "LifecycleTransition": P("lifecycleTransition"),
        "HeartbeatTimeout": P("heartbeatTimeout", default=3600),
        "DefaultResult": P("defaultResult", default="ABANDON"),
    },
)

LIFECYCLE_HOOK = Resource(
    token="aws:autoscaling/lifecycleHook:LifecycleHook",
    service="autoscaling",
    create=PUT_HOOK,
    update=(PUT_HOOK,),
    id="{name}",
    auto_name=AutoName(max_length=255),
    read=(
        Read(
            "describe_lifecycle_hooks",
            {"AutoScalingGroupName": K("autoscalingGroupName"), "LifecycleHookNames": [ID]},
            "LifecycleHooks[0]",
            {
                "name": "LifecycleHookName",
                "autoscalingGroupName": "AutoScalingGroupName",
                "lifecycleTransition": "LifecycleTransition",
                "heartbeatTimeout": "HeartbeatTimeout",
                "defaultResult": "DefaultResult",
            },
        ),
    ),
    delete=(
        Call(
            "delete_lifecycle_hook",
            {"AutoScalingGroupName": K("autoscalingGroupName"), "LifecycleHookName": ID},
        ),
    ),
)

RESOURCES: tuple[Resource, ...] = (GROUP, POLICY, LIFECYCLE_HOOK)
