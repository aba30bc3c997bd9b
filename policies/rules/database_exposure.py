"""RDS instances have no public address."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_off, value_at
from evaluation.resource_types import DATABASE


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject publicly accessible databases; RDS's own default is private."""
    if not is_off(value_at(args.props, "publiclyAccessible")):
        yield (
            "publiclyAccessible is on; only the load balancer may be reached from the internet. "
            "Set it to false."
        )


DATABASE_EXPOSURE = resource_policy(
    name="database-exposure",
    description="Databases are not publicly accessible (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    resource_types=(DATABASE,),
    check=check,
)
