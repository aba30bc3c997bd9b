"""Every resource type with something to do: one module for each module of tables."""

from tests.offline.aws.account import MakeCase
from tests.offline.aws.cases import autoscaling, compute, elbv2, rds, security_groups, vpc

CASES: tuple[MakeCase, ...] = (
    *autoscaling.CASES,
    *compute.CASES,
    *elbv2.CASES,
    *rds.CASES,
    *security_groups.CASES,
    *vpc.CASES,
)
