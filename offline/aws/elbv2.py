"""Application load balancers and their target groups."""

from collections.abc import Callable, Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import ApiError, invoke
from offline.provider.convert import boolean, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, P, Read, Resource, Run, Scope, When
from offline.provider.template import render

ARN = {"ResourceArns": [ID]}
RETAG = retag("add_tags", "remove_tags", ARN)
READ_TAGS = Read(
    "describe_tags", ARN, "TagDescriptions[0]", {"tags": From("Tags || `[]`", tag_map)}
)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def attribute(key: str, name: str, default: Any) -> When:
    """One of the attributes that a call takes as a list of keys and values, all of them text."""
    return When(name, {"Key": key, "Value": P(name, _text, default=default)})


def told_attribute(key: str, convert: Callable[[Any], Any]) -> From:
    return From(f"[?Key == '{key}'].Value | [0]", convert)


NO_LOGS: Mapping[str, Any] = {"enabled": False, "bucket": "", "prefix": ""}


def _logs(kind: str, name: str) -> list[When]:
    """A place for logs, which the API spreads over three attributes."""

    def part(key: str) -> Callable[[Mapping[str, Any]], str]:
        return lambda logs: _text(logs.get(key, NO_LOGS[key]))

    return [
        When(name, {"Key": f"{kind}.s3.{key}", "Value": P(name, part(key), default=NO_LOGS)})
        for key in NO_LOGS
    ]


def _told_logs(kind: str) -> From:
    def place(attributes: list[dict[str, str]]) -> dict[str, Any]:
        told = {each["Key"]: each["Value"] for each in attributes}
        logs = {key: told.get(f"{kind}.s3.{key}", "") for key in NO_LOGS}
        return {**logs, "enabled": boolean(logs["enabled"])}

    return From("@", place)


def _arn_suffix(kind: str) -> From:
    """What CloudWatch names a load balancer or target group by: the end of its ARN."""
    path = f"{kind}Arn"
    return From(path, lambda arn: arn.split(":")[-1].removeprefix("loadbalancer/"))


IDLE_TIMEOUT = "idle_timeout.timeout_seconds"
DROP_INVALID_HEADERS = "routing.http.drop_invalid_header_fields.enabled"
DESYNC_MITIGATION = "routing.http.desync_mitigation_mode"
DELETION_PROTECTION = "deletion_protection.enabled"


def _refuse_if_protected(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """moto deletes a protected load balancer; AWS answers with this error."""
    arn = new["id"]
    told = invoke(client, "describe_load_balancer_attributes", {"LoadBalancerArn": arn})
    if {"Key": DELETION_PROTECTION, "Value": "true"} in told["Attributes"]:
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise ApiError("delete_load_balancer", "OperationNotPermitted", message)
    return {}


LOAD_BALANCER = Resource(
    token="aws:lb/loadBalancer:LoadBalancer",
    service="elbv2",
    create=Call(
        "create_load_balancer",
        {
            "Name": P("name"),
            "Type": P("loadBalancerType"),
            "Scheme": P("internal", lambda value: "internal" if value else "internet-facing"),
            "Subnets": P("subnets"),
            "SecurityGroups": P("securityGroups"),
            "Tags": P("tags", tag_list),
        },
        returns={"id": "LoadBalancers[0].LoadBalancerArn"},
    ),
    auto_name=AutoName(max_length=32),
    configure=(
        Call(
            "modify_load_balancer_attributes",
            {
                "LoadBalancerArn": ID,
                "Attributes": [
                    attribute(IDLE_TIMEOUT, "idleTimeout", 60),
                    attribute(DROP_INVALID_HEADERS, "dropInvalidHeaderFields", False),
                    attribute(DESYNC_MITIGATION, "desyncMitigationMode", "defensive"),
                    attribute(DELETION_PROTECTION, "enableDeletionProtection", False),
                    *_logs("access_logs", "accessLogs"),
                    *_logs("connection_logs", "connectionLogs"),
                ],
            },
        ),
    ),
    update=(
        Call("set_subnets", {"LoadBalancerArn": ID, "Subnets": P("subnets")}),
        Call(
            "set_security_groups",
            {"LoadBalancerArn": ID, "SecurityGroups": P("securityGroups")},
        ),
        RETAG,
    ),
    read=(
        Read(
            "describe_load_balancers",
            {"LoadBalancerArns": [ID]},
            "LoadBalancers[0]",
            {
                "arn": "LoadBalancerArn",
                "arnSuffix": _arn_suffix("LoadBalancer"),
                "name": "LoadBalancerName",
                "loadBalancerType": "Type",
                "internal": From("Scheme", lambda scheme: scheme == "internal"),
                "subnets": "AvailabilityZones[].SubnetId",
                "securityGroups": "SecurityGroups",
                "vpcId": "VpcId",
                "dnsName": "DNSName",
                "zoneId": "CanonicalHostedZoneId",
            },
        ),
        Read(
            "describe_load_balancer_attributes",
            {"LoadBalancerArn": ID},
            "Attributes",
            {
                "idleTimeout": told_attribute(IDLE_TIMEOUT, int),
                "dropInvalidHeaderFields": told_attribute(DROP_INVALID_HEADERS, boolean),
                "desyncMitigationMode": told_attribute(DESYNC_MITIGATION, str),
                "accessLogs": _told_logs("access_logs"),
                "connectionLogs": _told_logs("connection_logs"),
                "enableDeletionProtection": told_attribute(DELETION_PROTECTION, boolean),
            },
        ),
        READ_TAGS,
    ),
    delete=(
        Run(_refuse_if_protected),
        Call("delete_load_balancer", {"LoadBalancerArn": ID}),
    ),
    gone=("LoadBalancerNotFound",),
)

HEALTH_CHECK: Mapping[str, str] = {
    "path": "HealthCheckPath",
    "port": "HealthCheckPort",
    "protocol": "HealthCheckProtocol",
    "interval": "HealthCheckIntervalSeconds",
    "timeout": "HealthCheckTimeoutSeconds",
    "healthyThreshold": "HealthyThresholdCount",
    "unhealthyThreshold": "UnhealthyThresholdCount",
    "matcher": "Matcher.HttpCode",
}
"""The provider's health check, which the API spreads over the target group, as JMESPaths."""


def _health_check(target_group: Scope) -> dict[str, Any]:
    given = dict(target_group.get("healthCheck", {}))
    matcher = given.pop("matcher", None)
    request = {HEALTH_CHECK.get(name, name): value for name, value in given.items()}
    return {**request, "Matcher": {"HttpCode": matcher}} if matcher else request


def _create_target_group(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    request = {**render(TARGET_GROUP_REQUEST, new), **_health_check(new)}
    told = invoke(client, "create_target_group", request)
    return {"id": told["TargetGroups"][0]["TargetGroupArn"]}


def _change_health_check(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    request = {"TargetGroupArn": new["id"], **_health_check(new)}
    invoke(client, "modify_target_group", request)
    return {}


TARGET_GROUP_INPUTS = (P("name"), P("vpcId"), P("port"), P("protocol"), P("targetType"))
TARGET_GROUP_REQUEST: Mapping[str, Any] = {
    **{leaf.name[:1].upper() + leaf.name[1:]: leaf for leaf in TARGET_GROUP_INPUTS},
    "Tags": P("tags", tag_list),
}
ALGORITHM = "load_balancing.algorithm.type"
DEREGISTRATION_DELAY = "deregistration_delay.timeout_seconds"

TARGET_GROUP = Resource(
    token="aws:lb/targetGroup:TargetGroup",
    service="elbv2",
    create=Run(_create_target_group, uses=(*TARGET_GROUP_INPUTS, P("healthCheck"), P("tags"))),
    auto_name=AutoName(max_length=32),
    configure=(
        Call(
            "modify_target_group_attributes",
            {
                "TargetGroupArn": ID,
                "Attributes": [
                    attribute(DEREGISTRATION_DELAY, "deregistrationDelay", 300),
                    attribute(ALGORITHM, "loadBalancingAlgorithmType", "round_robin"),
                ],
            },
        ),
    ),
    update=(Run(_change_health_check, uses=(P("healthCheck"),)), RETAG),
    read=(
        Read(
            "describe_target_groups",
            {"TargetGroupArns": [ID]},
            "TargetGroups[0]",
            {
                "arn": "TargetGroupArn",
                "arnSuffix": _arn_suffix("TargetGroup"),
                "name": "TargetGroupName",
                "vpcId": "VpcId",
                "port": "Port",
                "protocol": "Protocol",
                "targetType": "TargetType",
                "loadBalancerArns": "LoadBalancerArns",
                "healthCheck": (
                    "{" + ", ".join(f"{name}: {path}" for name, path in HEALTH_CHECK.items()) + "}"
                ),
            },
        ),
        Read(
            "describe_target_group_attributes",
            {"TargetGroupArn": ID},
            "Attributes",
            {
                "deregistrationDelay": told_attribute(DEREGISTRATION_DELAY, int),
                "loadBalancingAlgorithmType": told_attribute(ALGORITHM, str),
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_target_group", {"TargetGroupArn": ID}),),
    gone=("TargetGroupNotFound",),
)

RESOURCES: tuple[Resource, ...] = (LOAD_BALANCER, TARGET_GROUP)
