"""Servers start only from launch templates whose hardware was checked for their role."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.mandatory import StackViolation, stack_policy
from evaluation.properties import is_given, value_at
from evaluation.roles import role
from evaluation.volumes import INSTANCE, LAUNCH_TEMPLATE

AUTO_SCALING_GROUP = "aws:autoscaling/group:Group"

# Where each type names its template: a mixed-instances policy does it one level down.
TEMPLATE_PROPERTIES = {
    INSTANCE: ("launchTemplate",),
    AUTO_SCALING_GROUP: ("launchTemplate", "mixedInstancesPolicy"),
}


def check(resources: Sequence[PolicyResource]) -> Iterator[StackViolation]:
    """Reject a template from outside the stack, and one with another role than its servers."""
    for resource in resources:
        for name in TEMPLATE_PROPERTIES.get(resource.resource_type, ()):
            if not is_given(resource.props, name):
                continue
            wanted = role(resource.props)
            templates = [
                source
                for source in resource.property_dependencies.get(name, [])
                if source.resource_type == LAUNCH_TEMPLATE
            ]
            if [role(template.props) for template in templates] != [wanted]:
                given = (
                    f"has the Role {value_at(templates[0].props, 'tags', 'Role')}"
                    if templates
                    else "is not of this stack"
                )
                yield StackViolation(
                    f"the launch template of {name} {given}, so its hardware was not checked for "
                    f"the Role {wanted}. Use a launch template of this stack with the same Role.",
                    resource.urn,
                )


TEMPLATE_ORIGIN = stack_policy(
    name="template-origin",
    description=(
        "Servers start only from launch templates of the stack with their own role "
        "(guide, Hardware Requirements 1-3)."
    ),
    severity=Severity.HIGH,
    check=check,
)
