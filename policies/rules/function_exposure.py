"""Lambda functions are called by principals that are named, and never from the internet."""

import re
from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_given, value_at

FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
PERMISSION = "aws:lambda/permission:Permission"

# An account, or somebody of an account; every other principal is a service.
IN_AN_ACCOUNT = re.compile(r"\d{12}|arn:.+")


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject function URLs, and permissions that leave open who calls.

    A service calls functions for everybody who tells it to, so a permission says on whose behalf.
    """
    if args.resource_type == FUNCTION_URL:
        yield (
            "a function URL is reachable from the internet; only the load balancer may be. "
            "Remove it, and permit the services that call the function."
        )
        return
    principal = value_at(args.props, "principal")
    if not isinstance(principal, str) or principal in ("", "*"):
        yield (
            f"principal is {principal or 'not set'}, so everybody may call the function. "
            "Name the service or the account that calls it."
        )
    elif not IN_AN_ACCOUNT.fullmatch(principal) and not (
        is_given(args.props, "sourceArn") or is_given(args.props, "sourceAccount")
    ):
        yield (
            f"sourceArn is not set, so {principal} may call the function on behalf of any account. "
            "Set it to the resource that calls."
        )


FUNCTION_EXPOSURE = resource_policy(
    name="function-exposure",
    description="Functions are called by named principals only (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    resource_types=(FUNCTION_URL, PERMISSION),
    check=check,
)
