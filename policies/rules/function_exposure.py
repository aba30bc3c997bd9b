"""Lambda functions are called by principals that are named, and never from the internet."""

import re
from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"
PERMISSION = "aws:lambda/permission:Permission"

# An account, or somebody of an account; every other principal is a service.
IN_AN_ACCOUNT = re.compile(r"\d{12}|arn:.+")

S3 = "s3.amazonaws.com"


def check(resource: Resource) -> Iterator[str]:
    """Reject function URLs, and permissions that leave open who calls.

    A service calls functions for everybody who tells it to, so a permission says on whose behalf.
    """
    if resource.resource_type == FUNCTION_URL:
        yield (
            "a function URL is reachable from the internet; only the load balancer may be. "
            "Remove it, and permit the services that call the function."
        )
        return
    principal = value_at(resource.props, "principal")
    if not isinstance(principal, str) or principal in ("", "*"):
        yield (
            f"principal is {principal or 'not set'}, so everybody may call the function. "
            "Name the service or the account that calls it."
        )
    elif not IN_AN_ACCOUNT.fullmatch(principal) and not (
        is_given(resource.props, "sourceArn") or is_given(resource.props, "sourceAccount")
    ):
        yield (
            f"sourceArn is not set, so {principal} may call the function on behalf of any account. "
            "Set it to the resource that calls."
        )
    elif principal == S3 and not is_given(resource.props, "sourceAccount"):
        yield (
            "sourceAccount is not set, so whoever takes over the name of a bucket that is deleted "
            f"may call the function through {S3}: the ARN of a bucket tells no account. Set it to "
            "the account of the bucket."
        )


FUNCTION_EXPOSURE = ResourceRule(
    name="function-exposure",
    title="Functions are called by named principals only",
    why="Whoever may call a function acts with its rights.",
    severity=Severity.CRITICAL,
    references=(
        guide("Security Hardening 1"),
        fsbp("Lambda.1"),
        pci("7.2.1"),
    ),
    fix=(
        "Name the service in principal and the resource that calls in sourceArn; remove "
        "function URLs."
    ),
    example=Example(
        violates='principal: "*"',
        complies="principal: sns.amazonaws.com, sourceArn: <the topic>",
    ),
    resource_types=(FUNCTION_URL, PERMISSION),
    check=check,
)
