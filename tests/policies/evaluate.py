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

    policy.validate(
        ResourceValidationArgs(
            resource.type,
            unknown_checking_proxy(dict(resource.properties)),
            resource.urn,
            resource.name,
            OPTIONS,
            None,
        ),
        report,
    )
    return messages


def stack_violations(
    policy: StackValidationPolicy, resources: Sequence[Resource]
) -> list[tuple[str, str | None]]:
    """The messages that a stack rule reports, each with the URN it belongs to."""
    found: list[tuple[str, str | None]] = []

    def report(message: str, urn: str | None = None) -> None:
        found.append((message, urn))

    seen = {
        resource.name: PolicyResource(
            resource.type,
            unknown_checking_proxy(dict(resource.properties)),
            resource.urn,
            resource.name,
            OPTIONS,
            None,
            None,
            [],
            {},
        )
        for resource in resources
    }
    for resource in resources:
        seen[resource.name].property_dependencies = {
            key: [seen[name] for name in names] for key, names in resource.depends.items()
        }
    policy.validate(StackValidationArgs(list(seen.values())), report)
    return found
