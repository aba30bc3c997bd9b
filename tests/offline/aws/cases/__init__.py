"""Every resource type with something to do: one module for each module of tables."""

from tests.offline.aws.account import MakeCase
from tests.offline.aws.cases import security_groups, vpc

CASES: tuple[MakeCase, ...] = (
    *security_groups.CASES,
    *vpc.CASES,
)
