"""Tables of the AWS resource types that the platform uses, one module a service."""

from offline.aws import security_groups, vpc
from offline.provider.table import Resource

MODULES = (security_groups, vpc)

RESOURCES: dict[str, Resource] = {
    resource.token: resource for module in MODULES for resource in module.RESOURCES
}
"""Every table, by the type token of its resource."""
