"""Servers come only from resource types whose hardware the pack measures."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy

# Each of these starts servers past the floor rules; the value says what to use instead.
MEASURED_ALTERNATIVES = {
    "aws:ec2/fleet:Fleet": "aws:autoscaling/group:Group",
    "aws:ec2/launchConfiguration:LaunchConfiguration": "aws:ec2/launchTemplate:LaunchTemplate",
    "aws:ec2/spotFleetRequest:SpotFleetRequest": "aws:autoscaling/group:Group",
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": "aws:ec2/instance:Instance",
    "aws:elasticache/cluster:Cluster": "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/serverlessCache:ServerlessCache": (
        "aws:elasticache/replicationGroup:ReplicationGroup"
    ),
    "aws:rds/cluster:Cluster": "aws:rds/instance:Instance",
    "aws:rds/clusterInstance:ClusterInstance": "aws:rds/instance:Instance",
}


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject the resource, whatever its properties."""
    yield (
        f"No rule measures the hardware of {args.resource_type}. "
        f"Use {MEASURED_ALTERNATIVES[args.resource_type]}."
    )


UNMEASURED_COMPUTE = resource_policy(
    name="unmeasured-compute",
    description=(
        "Servers come only from resource types whose hardware is measured "
        "(guide, Hardware Requirements 1-3)."
    ),
    severity=Severity.HIGH,
    resource_types=MEASURED_ALTERNATIVES,
    check=check,
)
