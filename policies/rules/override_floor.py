"""The types that an Auto Scaling group puts in its launch template's place meet the floor too."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from catalogue.instance_types import catalogue
from evaluation.floors import compute_violations, floor_for
from evaluation.mandatory import resource_policy
from evaluation.properties import entries, value_at
from evaluation.resource_types import AUTO_SCALING_GROUP
from evaluation.roles import role


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Hold every override's type against the floor.

    An override that describes types by `instanceRequirements` names none, so it violates as well:
    what it stands for changes whenever AWS brings out a type.
    """
    overrides = value_at(args.props, "mixedInstancesPolicy", "launchTemplate", "overrides")
    for index, override in enumerate(entries(overrides)):
        yield from compute_violations(
            f"mixedInstancesPolicy.launchTemplate.overrides[{index}].instanceType",
            value_at(override, "instanceType"),
            floor=floor_for(role(args.props)),
            types=catalogue().ec2,
        )


OVERRIDE_FLOOR = resource_policy(
    name="override-floor",
    description=(
        "The overrides of a mixed-instances policy have at least the vCPU, memory and network of "
        "the group's role (guide, Hardware Requirements 1-3)."
    ),
    severity=Severity.HIGH,
    resource_types=(AUTO_SCALING_GROUP,),
    check=check,
)
