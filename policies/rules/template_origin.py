"""Servers start only from launch templates whose hardware was checked for their role."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import entries, is_given, known_at, value_at
from evaluation.references import guide
from evaluation.resource_types import AUTO_SCALING_GROUP, INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource, Stack
from evaluation.roles import role
from evaluation.rule import Example, StackRule

# The properties that name a template, each with the path to the settings that say which one and
# with the keys that do.
SPECIFICATIONS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "launchTemplate": (("launchTemplate",), {"id": "id", "name": "name"}),
    "mixedInstancesPolicy": (
        ("mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification"),
        {"launchTemplateId": "id", "launchTemplateName": "name"},
    ),
}


def check(server: Resource, _stack: Stack) -> Iterator[str]:
    """Reject whatever takes its hardware from a place where no rule measured it for its role."""
    wanted = role(server.props)
    for name in SPECIFICATIONS:
        if is_given(server.props, name):
            yield from _template_violations(server, name, wanted)
    if is_given(server.props, "launchConfiguration"):
        yield (
            "launchConfiguration names a launch configuration, whose hardware no rule measures. "
            "Use launchTemplate with a launch template of this stack."
        )
    overrides = value_at(server.props, "mixedInstancesPolicy", "launchTemplate", "overrides")
    for index, override in enumerate(entries(overrides)):
        if is_given(override, "launchTemplateSpecification"):
            yield (
                f"mixedInstancesPolicy.launchTemplate.overrides[{index}] brings a launch template "
                "of its own, whose hardware was not checked for this group. Remove its "
                "launchTemplateSpecification, or make an Auto Scaling group for that template."
            )


def _template_violations(server: Resource, name: str, wanted: str | None) -> Iterator[str]:
    templates = [
        source
        for source in server.property_dependencies.get(name, [])
        if source.resource_type == LAUNCH_TEMPLATE and _may_be_named(source, server.props, name)
    ]
    unchecked = f"so its hardware was not checked for {_in_words(wanted)}. "
    advice = "Use a launch template of this stack with the same Role."
    if not templates:
        yield f"the launch template of {name} is not of this stack, {unchecked}{advice}"
    for template in templates:
        found = role(template.props)
        if found != wanted:
            yield f"the launch template of {name} has {_in_words(found)}, {unchecked}{advice}"


def _may_be_named(template: Resource, properties: object, name: str) -> bool:
    """Whether what is known of the name and identifier does not speak against the template.

    A property may come from the template and yet name another one, say with the version of ours.
    """
    path, keys = SPECIFICATIONS[name]
    for key, own in keys.items():
        named, known = known_at(properties, *path, key), known_at(template.props, own)
        if named and known and named != known:
            return False
    return True


def _in_words(found: str | None) -> str:
    return f"the Role {found}" if found else "no Role"


TEMPLATE_ORIGIN = StackRule(
    name="template-origin",
    title="Servers start only from launch templates of the stack with their own role",
    why=(
        "A template from elsewhere, or for another role, has not been measured for the servers "
        "that start from it."
    ),
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix="Start servers from a launch template of the same stack whose Role tag is theirs.",
    example=Example(
        violates="launchTemplate: {id: lt-of-another-stack}",
        complies="launchTemplate: {id: <a template of this stack with the same Role>}",
    ),
    resource_types=(INSTANCE, AUTO_SCALING_GROUP),
    beside=(LAUNCH_TEMPLATE,),
    check=check,
)
