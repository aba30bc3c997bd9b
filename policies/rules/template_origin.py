"""Servers start only from launch templates whose hardware was checked for their role."""

from collections.abc import Iterator, Mapping, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.mandatory import stack_policy
from evaluation.properties import entries, is_given, known_at, value_at
from evaluation.resource_types import AUTO_SCALING_GROUP, INSTANCE, LAUNCH_TEMPLATE
from evaluation.roles import role

# The properties that name a template, each with the path to the settings that say which one and
# with the keys that do.
SPECIFICATIONS: Mapping[str, tuple[tuple[str, ...], Mapping[str, str]]] = {
    "launchTemplate": (("launchTemplate",), {"id": "id", "name": "name"}),
    "mixedInstancesPolicy": (
        ("mixedInstancesPolicy", "launchTemplate", "launchTemplateSpecification"),
        {"launchTemplateId": "id", "launchTemplateName": "name"},
    ),
}


def check(server: PolicyResource, _resources: Sequence[PolicyResource]) -> Iterator[str]:
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


def _template_violations(server: PolicyResource, name: str, wanted: str | None) -> Iterator[str]:
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


def _may_be_named(template: PolicyResource, properties: object, name: str) -> bool:
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


TEMPLATE_ORIGIN = stack_policy(
    name="template-origin",
    description=(
        "Servers start only from launch templates of the stack with their own role "
        "(guide, Hardware Requirements 1-3)."
    ),
    severity=Severity.HIGH,
    resource_types=(INSTANCE, AUTO_SCALING_GROUP),
    check=check,
)
