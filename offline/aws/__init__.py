"""Tables of the AWS resource types that the platform uses, one module a service."""

from offline.aws import (
    acm,
    autoscaling,
    compute,
    elbv2,
    iam,
    kms,
    listeners,
    logs,
    rds,
    rds_groups,
    route53,
    routing,
    s3,
    secretsmanager,
    security_groups,
    sns,
    vpc,
)
from offline.provider.table import Resource

MODULES = (
    acm,
    autoscaling,
    compute,
    elbv2,
    iam,
    kms,
    listeners,
    logs,
    rds,
    rds_groups,
    route53,
    routing,
    s3,
    secretsmanager,
    security_groups,
    sns,
    vpc,
)

RESOURCES: dict[str, Resource] = {
    resource.token: resource for module in MODULES for resource in module.RESOURCES
}
"""Every table, by the type token of its resource."""
