"""Runs a rule on resources as the SDK does, with the SDK's own proxy for unknown values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from catalogue.instance_types import catalogue

# How a message names the catalogue that lacks a type.
CATALOGUE = f"the catalogue of types (version {catalogue().version} of {catalogue().generated})"

# What the engine puts in place of a value that is only known after the deployment.
UNKNOWN = UNKNOWN_STRING_VALUE

OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource as a rule sees it.

    `depends` names, by property, the resources of the same stack that the property comes from.
    """

    type: str
    properties: Mapping[str, Any]
    name: str = "main"
    depends: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    @property
    def urn(self) -> str:
        return f"urn:pulumi:test::messaging-app::{self.type}::{self.name}"


def violations(policy: ResourceValidationPolicy, resource: Resource) -> list[str]:
    """The messages that a rule reports for a resource."""
    messages: list[str] = []

    def report(message: str, urn: str | None = None) -> None:
        messages.append(message)

    args = ResourceValidationArgs(
        resource.type,
        unknown_checking_proxy(dict(resource.properties)),
        resource.urn,
        resource.name,
        OPTIONS,
        None,
    )
    # The SDK leaves the type of what `validate` awaits open.
    policy.validate(args, report)  # pyright: ignore[reportUnknownMemberType]
    return messages


def stack_violations(
    policy: StackValidationPolicy, resources: Sequence[Resource]
) -> list[tuple[str, str | None]]:
    """The messages that a stack rule reports, each with the URN it belongs to."""
    found: list[tuple[str, str | None]] = []

    def report(message: str, urn: str | None = None) -> None:
        found.append((message, urn))

    seen = [_as_seen(resource) for resource in resources]
    for resource, policy_resource in zip(resources, seen, strict=True):
        policy_resource.property_dependencies = {
            key: [other for other in seen if other.name in names]
            for key, names in resource.depends.items()
        }
    # The SDK leaves the type of what `validate` awaits open.
    policy.validate(StackValidationArgs(seen), report)  # pyright: ignore[reportUnknownMemberType]
    return found


def _as_seen(resource: Resource) -> PolicyResource:
    properties = unknown_checking_proxy(dict(resource.properties))
    return PolicyResource(
        resource.type, properties, resource.urn, resource.name, OPTIONS, None, None, [], {}
    )
