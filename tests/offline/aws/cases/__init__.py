"""Every resource type with something to do: one module for each module of tables."""

from tests.offline.aws.account import MakeCase
from tests.offline.aws.cases import (
    acm,
    autoscaling,
    compute,
    elbv2,
    iam,
    kms,
    logs,
    rds,
    route53,
    s3,
    secretsmanager,
    security_groups,
    sns,
    vpc,
)

CASES: tuple[MakeCase, ...] = (
    *acm.CASES,
    *autoscaling.CASES,
    *compute.CASES,
    *elbv2.CASES,
    *iam.CASES,
    *kms.CASES,
    *logs.CASES,
    *rds.CASES,
    *route53.CASES,
    *s3.CASES,
    *secretsmanager.CASES,
    *security_groups.CASES,
    *sns.CASES,
    *vpc.CASES,
)
