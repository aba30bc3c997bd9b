"""Runs a rule on resources as the SDK does, with the SDK's own proxy for unknown values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyProviderResource,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import serialize_properties
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy
from pulumi_policy.secret import secrets_preserving_proxy

from catalogue.instance_types import catalogue
from evaluation.assembly import resource_policy, stack_policy
from evaluation.rule import ResourceRule, StackRule
from evaluation.run import Run

# How a message names the catalogue that lacks a type.
CATALOGUE = f"the catalogue of types (version {catalogue().version} of {catalogue().generated})"

# What the engine puts in place of a value that is only known after the deployment.
UNKNOWN = UNKNOWN_STRING_VALUE

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as a rule sees it.

    `depends` names, by property, the resources of the same stack that the property comes from;
    `provider` holds the properties of its provider.
    """

    type: str
    properties: Mapping[str, Any]
    name: str = "main"
    depends: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    stack: str = "test"
    provider: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def urn(self) -> str:
        return f"urn:pulumi:{self.stack}::messaging-app::{self.type}::{self.name}"


def violations(
    rule: ResourceRule,
    resource: Resource,
    settings: Mapping[str, Any] | None = None,
    run: Run | None = None,
) -> list[str]:
    """The messages that a rule's policy reports for a resource.

    Args:
        rule: the rule.
        resource: the resource.
        settings: what the configuration sets of the rule.
        run: what remembers what passes.
    """
    policy = resource_policy(rule, run or Run())
    messages: list[str] = []

    def report(message: str, urn: str | None = None) -> None:
        messages.append(message)

    args = _arguments(resource, unknown_checking_proxy(dict(resource.properties)), settings)
    # The SDK leaves the type of what `validate` awaits open.
    policy.validate(args, report)  # pyright: ignore[reportUnknownMemberType]
    return messages


def remedied(
    rule: ResourceRule, resource: Resource, settings: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The properties that a rule's policy gives a resource, or None where it changes nothing."""
    policy = resource_policy(rule, Run())
    properties = secrets_preserving_proxy(dict(resource.properties))
    args = _arguments(resource, properties, settings)
    # The SDK leaves the type of what `remediate` awaits open.
    changed: Any = policy.remediate(args)  # pyright: ignore[reportUnknownMemberType]
    return None if changed is None else dict(serialize_properties(changed))


def _arguments(
    resource: Resource, properties: Any, settings: Mapping[str, Any] | None
) -> ResourceValidationArgs:
    provider = PolicyProviderResource(
        "pulumi:providers:aws", resource.provider, "urn:pulumi:test::provider", "provider"
    )
    return ResourceValidationArgs(
        resource.type, properties, resource.urn, resource.name, OPTIONS, provider, settings
    )


def stack_violations(
    rule: StackRule,
    resources: Sequence[Resource],
    settings: Mapping[str, Any] | None = None,
    run: Run | None = None,
) -> list[tuple[str, str | None]]:
    """The messages that a stack rule's policy reports, each with the URN it belongs to."""
    return stack_reports(stack_policy(rule, run or Run()), resources, settings)


def stack_reports(
    policy: StackValidationPolicy,
    resources: Sequence[Resource],
    settings: Mapping[str, Any] | None = None,
) -> list[tuple[str, str | None]]:
    """The messages that any stack policy reports."""
    found: list[tuple[str, str | None]] = []

    def report(message: str, urn: str | None = None) -> None:
        found.append((message, urn))

    # The SDK leaves the type of what `validate` awaits open.
    policy.validate(  # pyright: ignore[reportUnknownMemberType]
        StackValidationArgs(as_seen(resources), settings), report
    )
    return found


def as_seen(resources: Sequence[Resource]) -> list[PolicyResource]:
    """The resources of a stack as the SDK gives them to a policy."""
    seen = [_as_seen(resource) for resource in resources]
    by_name: dict[str, list[PolicyResource]] = {}
    for each in seen:
        by_name.setdefault(each.name, []).append(each)
    for resource, policy_resource in zip(resources, seen, strict=True):
        policy_resource.property_dependencies = {
            key: [other for name in names for other in by_name.get(name, [])]
            for key, names in resource.depends.items()
        }
    return seen


def _as_seen(resource: Resource) -> PolicyResource:
    properties = unknown_checking_proxy(dict(resource.properties))
    return PolicyResource(
        resource.type, properties, resource.urn, resource.name, OPTIONS, None, None, [], {}
    )
