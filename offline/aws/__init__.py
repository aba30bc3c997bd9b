"""Tables of the AWS resource types that the platform uses, one module a service."""

from offline.aws import autoscaling, compute, elbv2, rds, security_groups, vpc
from offline.provider.table import Resource

MODULES = (autoscaling, compute, elbv2, rds, security_groups, vpc)

RESOURCES: dict[str, Resource] = {
    resource.token: resource for module in MODULES for resource in module.RESOURCES
}
"""Every table, by the type token of its resource."""
