"""A rule as data: what must hold, why, how to comply, and the check that tells.

Nothing here serves the engine. `evaluation.assembly` turns rules into the engine's policies, and
`evaluation.state` holds them against an exported state.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from evaluation.levels import EnforcementLevel, Severity
from evaluation.parameters import Parameter
from evaluation.references import Reference
from evaluation.resources import Resource, Stack

ResourceCheck = Callable[[Resource], Iterator[str]]
StackCheck = Callable[[Resource, Stack], Iterator[str]]

Remedy = Callable[[Resource], Mapping[str, object]]
"""Gives the top-level properties to set, or none where nothing has to change."""


class OnUnknown(StrEnum):
    """What happens when a rule meets a value that is not known yet at preview."""

    BLOCK = "block"
    REPORT = "report"
    """Advise, and check when the deployment has come to the resource, before it is made."""


@dataclass(frozen=True, kw_only=True)
class Example:
    """One property that breaks a rule, and what it looks like when it complies."""

    violates: str
    complies: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule says about itself.

    Attributes:
        name: unique within the pack; configuration and exemptions name the rule by it.
        title: what must hold, as a sentence with neither full stop nor references.
        why: what goes wrong where it does not hold.
        severity: how much harm a violation does.
        references: where the demand comes from, the guide's section first.
        fix: what to do about a violation.
        example: a property that violates the rule, and one that complies.
        level: whether a violation blocks, unless the configuration says otherwise.
        on_unknown: what a value unknown at preview does, unless the configuration says otherwise.
        parameters: what an environment may set, by name.
    """

    name: str
    title: str
    why: str
    severity: Severity
    references: tuple[Reference, ...]
    fix: str
    example: Example
    level: EnforcementLevel = EnforcementLevel.MANDATORY
    on_unknown: OnUnknown = OnUnknown.BLOCK
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])

    @property
    def description(self) -> str:
        """The title with its references, as the engine shows it above each violation."""
        return f"{self.title} ({'; '.join(str(each) for each in self.references)})."

    @property
    def defaults(self) -> dict[str, object]:
        """The parameters' values where nobody sets them."""
        return {name: parameter.default for name, parameter in self.parameters.items()}


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule that one resource's properties decide.

    Attributes:
        resource_types: type tokens such as `aws:rds/instance:Instance`, or None for all.
        check: yields one message a violation.
        remedy: what to set where the rule is configured to remediate.
    """

    check: ResourceCheck
    resource_types: Collection[str] | None = None
    remedy: Remedy | None = None

    def judges(self, resource_type: str) -> bool:
        """Whether it is about resources of a type: most rules are about few of the types."""
        return self.resource_types is None or resource_type in self.resource_types


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule for what a resource shows only beside the others of its stack.

    Attributes:
        resource_types: type tokens of the resources that are judged.
        beside: those of the other resources that the check reads.
        check: as of a `ResourceRule`, but it takes the stack as well.
    """

    check: StackCheck
    resource_types: Collection[str]
    beside: Collection[str] = ()


AnyRule = ResourceRule | StackRule
