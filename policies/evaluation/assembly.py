"""Turns rules into the engine's policies, which fail closed.

The SDK reports a mandatory policy that touches a value unknown at preview as merely advisory, so
that the preview passes with nothing checked. These policies report such a value as a violation,
which blocks, or where the rule says so remember it for the policy `unknown-values`.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any, cast, overload

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceRemediation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PulumiSeverity
from pulumi_policy.proxy import (
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)
from pulumi_policy.proxy import UnknownValueError as PulumiUnknownValueError

from evaluation.configuration import CLOSING, LEVEL, ON_UNKNOWN, on_unknown
from evaluation.exemptions import TITLE
from evaluation.judgement import judge_resource, judge_stack
from evaluation.resources import Resource
from evaluation.rule import AnyRule, OnUnknown, Remedy, ResourceRule, StackRule
from evaluation.run import Run
from evaluation.unknown import UnknownValueError

Policy = ResourceValidationPolicy | StackValidationPolicy

UNKNOWN = (
    UNKNOWN_ARRAY_VALUE,
    UNKNOWN_BOOLEAN_VALUE,
    UNKNOWN_NUMBER_VALUE,
    UNKNOWN_OBJECT_VALUE,
    UNKNOWN_STRING_VALUE,
)


def assemble(rules: Iterable[AnyRule], run: Run) -> list[Policy]:
    """A policy for each rule, and those that report on the run."""
    policies = [
        resource_policy(rule, run) if isinstance(rule, ResourceRule) else stack_policy(rule, run)
        for rule in rules
    ]
    return [*policies, *closing_policies(run)]


def resource_policy(rule: ResourceRule, run: Run) -> ResourceValidationPolicy:
    """The policy of a rule about one resource at a time."""

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        # Before anything is converted: what is of another type costs nothing more.
        if not rule.judges(args.resource_type):
            return
        settings = args.get_config()
        resource = as_resource(args, adapted(args.props))
        for finding in judge_resource(rule, resource, settings):
            if run.blocks(finding, on_unknown(rule, settings)):
                report_violation(finding.message, None)

    return ResourceValidationPolicy(
        name=rule.name,
        description=rule.description,
        severity=PulumiSeverity(rule.severity),
        enforcement_level=EnforcementLevel(rule.level),
        config_schema=schema(rule),
        remediation_steps=rule.fix,
        validate=validate,
        remediate=remediation(rule, rule.remedy) if rule.remedy else None,
    )


def remediation(rule: ResourceRule, remedy: Remedy) -> ResourceRemediation:
    """What the engine asks where the rule is set to `remediate`; it shows what was changed."""

    def remediate(args: ResourceValidationArgs) -> Any:
        if not rule.judges(args.resource_type):
            return None
        # Here the SDK raises nothing, and takes back no values but its own.
        resource = as_resource(args, args.props)
        resource.parameters = {**rule.defaults, **args.get_config()}
        changes = remedy(resource)
        # For once the SDK hands over values that are not known yet: those stay, and are checked.
        if not changes or any(args.props.get(name) in UNKNOWN for name in changes):
            return None
        properties = cast("MutableMapping[str, object]", args.props)
        for name, value in changes.items():
            properties[name] = value
        return properties

    return remediate


def stack_policy(rule: StackRule, run: Run) -> StackValidationPolicy:
    """The policy of a rule about a resource among the others of its stack."""

    def validate(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        settings = args.get_config()
        for finding in judge_stack(rule, as_resources(args.resources), settings):
            if run.blocks(finding, on_unknown(rule, settings)):
                report_violation(finding.message, finding.urn)

    return StackValidationPolicy(
        name=rule.name,
        description=rule.description,
        severity=PulumiSeverity(rule.severity),
        enforcement_level=EnforcementLevel(rule.level),
        config_schema=schema(rule),
        remediation_steps=rule.fix,
        validate=validate,
    )


def closing_policies(run: Run) -> list[StackValidationPolicy]:
    """What is wrong with exemptions, which were used, and what could not be checked yet."""

    def exemptions(args: StackValidationArgs, report_violation: ReportViolation) -> None:
        if args.resources:
            for message in run.faults(args.resources[0].urn):
                report_violation(message, None)

    def exempted(_args: StackValidationArgs, report_violation: ReportViolation) -> None:
        for message, urn in run.exempted:
            report_violation(message, urn)

    def unchecked(_args: StackValidationArgs, report_violation: ReportViolation) -> None:
        for message in run.unchecked:
            report_violation(message, None)

    texts = (
        (exemptions, EnforcementLevel.MANDATORY, f"{TITLE}."),
        (exempted, EnforcementLevel.ADVISORY, "Exempt from a rule, by exemptions.yaml."),
        (unchecked, EnforcementLevel.ADVISORY, "Rules that are checked during the deployment."),
    )
    return [
        StackValidationPolicy(
            name=name, description=description, enforcement_level=level, validate=validate
        )
        for name, (validate, level, description) in zip(CLOSING, texts, strict=True)
    ]


def schema(rule: AnyRule) -> PolicyConfigSchema:
    """What `--policy-pack-config` may set of a rule, beside its level."""
    unknown = {
        "type": "string",
        "enum": [each.value for each in OnUnknown],
        "default": rule.on_unknown.value,
    }
    parameters = {name: dict(each.schema) for name, each in rule.parameters.items()}
    return PolicyConfigSchema(properties={ON_UNKNOWN: unknown, **parameters})


def initial_config(
    settings: Mapping[str, Mapping[str, Any]],
) -> dict[str, EnforcementLevel | dict[str, Any]]:
    """What is configured, as the pack hands it to the engine."""
    return {
        name: {
            key: EnforcementLevel(value) if key == LEVEL else value for key, value in each.items()
        }
        for name, each in settings.items()
    }


def as_resource(args: ResourceValidationArgs, props: Mapping[str, object]) -> Resource:
    """The engine's resource as rules see it, with its properties."""
    return Resource(
        resource_type=args.resource_type,
        props=props,
        urn=args.urn,
        name=args.name,
        provider=adapted(args.provider.props) if args.provider else {},
    )


def as_resources(resources: Sequence[PolicyResource]) -> list[Resource]:
    """The engine's resources of a stack as rules see them."""
    seen = {
        each.urn: Resource(
            resource_type=each.resource_type,
            props=adapted(each.props),
            urn=each.urn,
            name=each.name,
        )
        for each in resources
    }
    for each in resources:
        seen[each.urn].property_dependencies = {
            key: [seen[source.urn] for source in sources if source.urn in seen]
            for key, sources in each.property_dependencies.items()
        }
    return list(seen.values())


def adapted(value: Any) -> Any:
    """A value of the SDK's, whose unknown parts raise the error that rules know."""
    if isinstance(value, Mapping):
        return _AdaptedMapping(cast("Mapping[str, Any]", value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _AdaptedSequence(cast("Sequence[Any]", value))
    return value


class _AdaptedMapping(Mapping[str, Any]):
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, key: str) -> Any:
        return _read(self._values, key)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class _AdaptedSequence(Sequence[Any]):
    def __init__(self, values: Sequence[Any]) -> None:
        self._values = values

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return _read(self._values, index)

    def __len__(self) -> int:
        return len(self._values)


def _read(values: Any, key: Any) -> Any:
    try:
        return adapted(values[key])
    except PulumiUnknownValueError as unknown:
        raise UnknownValueError(unknown.props) from None
