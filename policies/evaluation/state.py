"""Holds an exported state against the rules, without an engine.

The state is what `pulumi stack export` writes. Resource rules read inputs and stack rules outputs,
as they do in a deployment. Resource rules read outputs as well, for these tell what was changed
past the program.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from evaluation.configuration import LEVEL, on_unknown
from evaluation.drift import joined, really
from evaluation.exemptions import POLICY, Exemption, faults, find, stack_of
from evaluation.judgement import Finding, judge_resource, judge_stack
from evaluation.levels import EnforcementLevel, Severity
from evaluation.properties import entries, mapping, value_at
from evaluation.resources import Resource
from evaluation.rule import AnyRule, OnUnknown, ResourceRule
from evaluation.unknown import UNKNOWN, guarded

VERSIONS = (3, 4)
"""The formats that Pulumi 3 exports: the second one where a stack uses hooks or views."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key that marks secrets, assets and archives in a state."""

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the mark of a secret, not one)


class StateError(Exception):
    """The text is no state that can be read; it says why."""


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One thing that a rule says about a resource of the state.

    Attributes:
        rule: the rule's name.
        urn: the resource's.
        message: what is wrong, what is required and what to do.
        level: what a deployment would do about it.
        severity: how much harm it does.
        unknown: whether the value is kept as a secret, so that the rule could not tell.
        on_unknown: what a deployment would do about such a value.
        exempted: the entry of `exemptions.yaml` that lets it pass, if any.
    """

    rule: str
    urn: str
    message: str
    level: EnforcementLevel
    severity: Severity
    unknown: bool
    on_unknown: OnUnknown
    exempted: Exemption | None

    @property
    def blocks(self) -> bool:
        """Whether a deployment would be refused for it."""
        advises = self.level is EnforcementLevel.ADVISORY
        untold = self.unknown and self.on_unknown is OnUnknown.REPORT
        return not advises and not untold and self.exempted is None


def evaluate(
    state: Mapping[str, Any],
    rules: Iterable[AnyRule],
    *,
    configuration: Mapping[str, Mapping[str, Any]] | None = None,
    exemptions: Sequence[Exemption] = (),
    today: date,
) -> list[Violation]:
    """Everything that the rules say about a state, exempt or not, in the rules' order.

    Args:
        state: the parsed export.
        rules: the rules to hold it against.
        configuration: what is set by rule, as `evaluation.configuration.read` gives it.
        exemptions: as `evaluation.exemptions.read` gives them.
        today: the day that expiry is counted against.

    Raises:
        StateError: it is no export of a stack, or of a version unknown here.
    """
    exported = _exported(state)
    asked = [_plain(mapping(each.get("inputs"))) for each in exported]
    told = [_plain(mapping(each.get("outputs"))) for each in exported]
    real = [really(each["type"], *two) for each, *two in zip(exported, asked, told, strict=True)]
    inputs, outputs, there = (_resources(exported, each) for each in (asked, told, real))
    found: list[Violation] = []
    for rule in rules:
        settings = (configuration or {}).get(rule.name, {})
        level = settings.get(LEVEL, rule.level)
        if level is EnforcementLevel.DISABLED:
            continue
        findings = (
            _judged(rule, inputs, there, settings)
            if isinstance(rule, ResourceRule)
            else judge_stack(rule, outputs, settings)
        )
        found += [
            Violation(
                rule=rule.name,
                urn=each.urn,
                message=each.message,
                level=level,
                severity=rule.severity,
                unknown=each.unknown,
                on_unknown=on_unknown(rule, settings),
                exempted=find(exemptions, each, today),
            )
            for each in findings
        ]
    return found


def exemption_violations(
    state: Mapping[str, Any],
    found: Iterable[Violation],
    exemptions: Sequence[Exemption],
    today: date,
) -> list[Violation]:
    """What is wrong with the exemptions of a state's stack: it blocks, as in a deployment.

    Args:
        state: the parsed export.
        found: what the rules say about it.
        exemptions: those that the rules were held with.
        today: the day that expiry is counted against.

    Raises:
        StateError: as `evaluate`.
    """
    urn = next((each["urn"] for each in _exported(state)), None)
    if urn is None:
        return []
    stack, project = stack_of(urn).removeprefix("urn:pulumi:").split("::")
    used = [each.exempted for each in found if each.exempted is not None]
    return [
        Violation(
            rule=POLICY,
            urn=f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}",
            message=message,
            level=EnforcementLevel.MANDATORY,
            severity=Severity.MEDIUM,
            unknown=False,
            on_unknown=OnUnknown.BLOCK,
            exempted=None,
        )
        for message in faults(exemptions, used, urn, today)
    ]


def stack_name(state: Mapping[str, Any]) -> str:
    """The name of the stack that a state is of, or an empty text for a stack without resources.

    Raises:
        StateError: as `evaluate`.
    """
    urns = (str(value_at(each, "urn") or "") for each in _exported(state))
    return next((urn.split(":")[2] for urn in urns if urn.startswith("urn:pulumi:")), "")


def _exported(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The resources of an export that are there: neither read from elsewhere nor to be deleted."""
    deployment = mapping(value_at(state, "deployment"))
    if value_at(state, "version") not in VERSIONS or not deployment:
        message = (
            f"This is no stack's state of version {' or '.join(map(str, VERSIONS))}. "
            "Give what `pulumi stack export` writes."
        )
        raise StateError(message)
    resources = [mapping(each) for each in entries(deployment.get("resources"))]
    return [
        each
        for each in resources
        if isinstance(each.get("urn"), str)
        and isinstance(each.get("type"), str)
        and not (each.get("external") or each.get("delete"))
    ]


def _judged(
    rule: ResourceRule,
    inputs: Sequence[Resource],
    there: Sequence[Resource],
    settings: Mapping[str, Any],
) -> Iterator[Finding]:
    """What a rule finds of each resource, as the program asks for it and as it is there."""
    for asked, real in zip(inputs, there, strict=True):
        if not rule.judges(asked.resource_type):
            continue
        found = list(judge_resource(rule, asked, settings))
        # Of any type at all nobody knows which outputs are only AWS's own.
        if rule.resource_types is not None:
            found = joined(found, list(judge_resource(rule, real, settings)))
        yield from found


def _resources(
    exported: Sequence[Mapping[str, Any]], properties: Sequence[Mapping[str, Any]]
) -> list[Resource]:
    read: dict[str, Resource] = {
        each["urn"]: Resource(
            resource_type=each["type"],
            props=guarded(props),
            urn=each["urn"],
            name=each["urn"].rpartition("::")[2],
        )
        for each, props in zip(exported, properties, strict=True)
    }
    for each in exported:
        resource = read[each["urn"]]
        provider = str(each.get("provider") or "").rpartition("::")[0]
        if provider in read:
            resource.provider = read[provider].props
        resource.property_dependencies = {
            key: [read[urn] for urn in entries(urns) if isinstance(urn, str) and urn in read]
            for key, urns in mapping(each.get("propertyDependencies")).items()
        }
    return list(read.values())


def _plain(value: Any) -> Any:
    """A value without Pulumi's marks. What is encrypted is as unknown as at preview.

    `pulumi stack export --show-secrets` writes secrets as JSON in a text.
    """
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    marked = cast("dict[str, Any]", value)
    if marked.get(SIGNATURE) == SECRET:
        return _decoded(marked.get("plaintext"))
    return {key: _plain(each) for key, each in marked.items()}


def _decoded(plaintext: object) -> Any:
    try:
        return _plain(json.loads(plaintext)) if isinstance(plaintext, str) else UNKNOWN
    except ValueError:
        return UNKNOWN
