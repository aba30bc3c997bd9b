"""Servers come only from resource types whose hardware the pack measures."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import is_given
from evaluation.references import guide
from evaluation.resource_types import (
    AUTO_SCALING_GROUP,
    CACHE,
    DATABASE,
    INSTANCE,
    LAUNCH_TEMPLATE,
)
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

MEASURED = (LAUNCH_TEMPLATE, INSTANCE, CACHE, DATABASE)

# Each of these starts servers past the floor rules; the value says what to use instead.
MEASURED_ALTERNATIVES = {
    "aws:ec2/fleet:Fleet": AUTO_SCALING_GROUP,
    "aws:ec2/launchConfiguration:LaunchConfiguration": LAUNCH_TEMPLATE,
    "aws:ec2/spotFleetRequest:SpotFleetRequest": AUTO_SCALING_GROUP,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": INSTANCE,
    "aws:elasticache/cluster:Cluster": CACHE,
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup": CACHE,
    "aws:elasticache/serverlessCache:ServerlessCache": CACHE,
    "aws:lambda/capacityProvider:CapacityProvider": AUTO_SCALING_GROUP,
    "aws:rds/cluster:Cluster": DATABASE,
    "aws:rds/clusterInstance:ClusterInstance": DATABASE,
    "aws:rds/shardGroup:ShardGroup": DATABASE,
}

# Services that run servers, databases or containers on hardware of their own choosing, each with
# what takes its place here.
MEASURED_SERVICES = {
    "batch": AUTO_SCALING_GROUP,
    "dax": CACHE,
    "docdb": DATABASE,
    "ecs": AUTO_SCALING_GROUP,
    "eks": AUTO_SCALING_GROUP,
    "elasticbeanstalk": AUTO_SCALING_GROUP,
    "emr": AUTO_SCALING_GROUP,
    "lightsail": INSTANCE,
    "memorydb": CACHE,
    "neptune": DATABASE,
    "redshift": DATABASE,
}

# A resource that names its hardware by one of these starts something, known to the pack or not.
HARDWARE_PROPERTIES = (
    *("instanceType", "instanceTypes", "hostInstanceType", "dbInstanceType"),
    *("instanceClass", "replicationInstanceClass", "nodeType", "cacheNodeType"),
    # Lambda's own hardware is none of ours, but a capacity provider's servers are.
    "capacityProviderConfig",
)
# It only sets hardware aside for servers that are measured where they start.
RESERVATION = "aws:ec2/capacityReservation:CapacityReservation"


def check(resource: Resource) -> Iterator[str]:
    """Reject every resource that starts servers and is not measured, whatever its properties."""
    package, _, rest = resource.resource_type.partition(":")
    if package == "aws-native":
        yield (
            f"No rule reads {resource.resource_type}: the pack knows the resources of the aws "
            "provider. Use its resource for the same thing."
        )
    if package != "aws" or resource.resource_type in (*MEASURED, RESERVATION):
        return
    alternative = MEASURED_ALTERNATIVES.get(resource.resource_type) or MEASURED_SERVICES.get(
        rest.partition("/")[0]
    )
    if alternative is None and _names_hardware(resource.props):
        alternative = f"{AUTO_SCALING_GROUP}, {INSTANCE}, {DATABASE} or {CACHE}"
    if alternative is not None:
        yield f"No rule measures the hardware of {resource.resource_type}. Use {alternative}."


def _names_hardware(properties: Mapping[str, object]) -> bool:
    return any(is_given(properties, key) for key in HARDWARE_PROPERTIES)


UNMEASURED_COMPUTE = ResourceRule(
    name="unmeasured-compute",
    title="Servers come only from resource types whose hardware is measured",
    why="A resource that no floor reads would start servers of any size.",
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix="Use the resource type that the message names.",
    example=Example(
        violates="type: aws:ec2/fleet:Fleet",
        complies="type: aws:autoscaling/group:Group",
    ),
    check=check,
)
