"""What rules find about resources, whoever asks: the engine, or a check of an exported state."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from evaluation.resources import Resource, Stack
from evaluation.rule import ResourceRule, StackRule
from evaluation.unknown import UnknownValueError


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a rule says about a resource.

    Attributes:
        rule: the rule's name.
        urn: the resource's.
        message: what is wrong, what is required and what to do.
        unknown: whether a value that is not known yet kept the rule from telling.
    """

    rule: str
    urn: str
    message: str
    unknown: bool = False


def judge_resource(
    rule: ResourceRule, resource: Resource, parameters: Mapping[str, object] | None = None
) -> Iterator[Finding]:
    """What a rule finds about a resource; nothing when it is of another type."""
    if not rule.judges(resource.resource_type):
        return
    resource.parameters = {**rule.defaults, **(parameters or {})}
    yield from _findings(rule.name, resource.urn, rule.check(resource))


def judge_stack(
    rule: StackRule,
    resources: Iterable[Resource],
    parameters: Mapping[str, object] | None = None,
) -> Iterator[Finding]:
    """What a rule finds about all of a stack's resources."""
    stack = Stack(resources, {**rule.defaults, **(parameters or {})})
    for resource in stack.of(rule.resource_types):
        resource.parameters = stack.parameters
        yield from _findings(rule.name, resource.urn, rule.check(resource, stack))


def _findings(rule: str, urn: str, messages: Iterator[str]) -> Iterator[Finding]:
    try:
        for message in messages:
            yield Finding(rule=rule, urn=urn, message=message)
    except UnknownValueError as unknown:
        yield Finding(rule=rule, urn=urn, message=_unknown_message(unknown), unknown=True)


def _unknown_message(unknown: UnknownValueError) -> str:
    return (
        f"{'.'.join(unknown.path)} is not known yet at preview, so this rule cannot be checked. "
        "Give it a value that is known before the deployment, such as one from the stack's "
        "configuration."
    )
