"""Policies that fail closed.

A rule is a generator of messages; here it becomes a mandatory policy. The SDK reports a mandatory
policy that touches a value unknown at preview as merely advisory, so that the preview passes with
nothing checked. These policies report such a value as a violation instead, which blocks.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from pulumi_policy import (
    EnforcementLevel,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

ResourceCheck = Callable[[ResourceValidationArgs], Iterator[str]]
StackCheck = Callable[[PolicyResource, Sequence[PolicyResource]], Iterator[str]]


def resource_policy(
    *,
    name: str,
    description: str,
    severity: Severity,
    resource_types: Collection[str] | None = None,
    check: ResourceCheck,
) -> ResourceValidationPolicy:
    """A mandatory policy over every resource of the given types, or of all.

    Args:
        name: unique within the pack.
        description: what must hold, ending in the guide's section.
        severity: how much harm a violation does.
        resource_types: type tokens such as `aws:rds/instance:Instance`.
        check: yields one message a violation.
    """

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        if resource_types is not None and args.resource_type not in resource_types:
            return
        try:
            for message in check(args):
                report_violation(message, None)
        except UnknownValueError as unknown:
            report_violation(_unknown_message(unknown), None)

    return ResourceValidationPolicy(
        name=name,
        description=description,
        severity=severity,
        enforcement_level=EnforcementLevel.MANDATORY,
        validate=validate,
    )


def stack_policy(
    *,
    name: str,
    description: str,
    severity: Severity,
    resource_types: Collection[str],
    check: StackCheck,
) -> StackValidationPolicy:
    """A mandatory policy for what a resource shows only beside the others of its stack.

    As `resource_policy`, but `check` takes the resource and then all of the stack's.
    """

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        for resource in args.resources:
            if resource.resource_type not in resource_types:
                continue
            try:
                for message in check(resource, args.resources):
                    report_violation(message, resource.urn)
            except UnknownValueError as unknown:
                report_violation(_unknown_message(unknown), resource.urn)

    return StackValidationPolicy(
        name=name,
        description=description,
        severity=severity,
        enforcement_level=EnforcementLevel.MANDATORY,
        validate=validate,
    )


def _unknown_message(unknown: UnknownValueError) -> str:
    return (
        f"{'.'.join(unknown.props)} is not known yet at preview, so this rule cannot be checked. "
        "Give it a value that is known before the deployment, such as one from the stack's "
        "configuration."
    )
