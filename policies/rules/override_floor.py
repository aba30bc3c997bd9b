"""The types that an Auto Scaling group puts in its launch template's place meet the floor too."""

from collections.abc import Iterator

from catalogue.instance_types import catalogue
from evaluation.floors import compute_violations, floor_for
from evaluation.levels import Severity
from evaluation.properties import entries, value_at
from evaluation.references import guide
from evaluation.resource_types import AUTO_SCALING_GROUP
from evaluation.resources import Resource
from evaluation.roles import role
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Hold every override's type against the floor.

    An override that describes types by `instanceRequirements` names none, so it violates as well:
    what it stands for changes whenever AWS brings out a type.
    """
    overrides = value_at(resource.props, "mixedInstancesPolicy", "launchTemplate", "overrides")
    for index, override in enumerate(entries(overrides)):
        yield from compute_violations(
            f"mixedInstancesPolicy.launchTemplate.overrides[{index}].instanceType",
            value_at(override, "instanceType"),
            floor=floor_for(role(resource.props)),
            types=catalogue().ec2,
        )


OVERRIDE_FLOOR = ResourceRule(
    name="override-floor",
    title=(
        "The overrides of a mixed-instances policy have at least the vCPU, memory and network "
        "of the group's role"
    ),
    why=(
        "An override takes the place of the launch template's type, so a small one makes small "
        "servers although the template complies."
    ),
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix="Choose one of the types that the message names, or remove the override.",
    example=Example(
        violates="overrides: [{instanceType: t3.medium}]",
        complies="overrides: [{instanceType: m6a.xlarge}]",
    ),
    resource_types=(AUTO_SCALING_GROUP,),
    check=check,
)
