"""Servers meet the hardware minimum of their role: launch templates and bare instances."""

from collections.abc import Iterator

from catalogue.instance_types import catalogue
from evaluation.floors import Floor, compute_violations, floor_for, volume_violations
from evaluation.levels import Severity
from evaluation.properties import is_given, number, value_at
from evaluation.references import guide
from evaluation.resource_types import INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource
from evaluation.roles import role
from evaluation.rule import Example, ResourceRule
from evaluation.volumes import volumes


def check(resource: Resource) -> Iterator[str]:
    """Hold the type, the CPU options and the volumes against the role's floor.

    What an instance leaves to its launch template is checked there: `template-origin` sees to it
    that the template belongs to the stack and has the same role.
    """
    floor = floor_for(role(resource.props))
    inherits = resource.resource_type == INSTANCE and is_given(resource.props, "launchTemplate")
    instance_type = value_at(resource.props, "instanceType")
    if instance_type is not None or not inherits:
        yield from compute_violations(
            "instanceType", instance_type, floor=floor, types=catalogue().ec2
        )
    yield from _cpu_option_violations(resource.props, floor)
    # An ephemeral device may take the place of a volume of the template.
    replaces = is_given(resource.props, "ephemeralBlockDevices")
    if not inherits or replaces or any(volumes(resource.resource_type, resource.props)):
        yield from volume_violations(resource.resource_type, resource.props, floor)


def _cpu_option_violations(properties: object, floor: Floor) -> Iterator[str]:
    # CPU options switch cores and threads off, so the type alone does not tell the vCPU.
    options = value_at(properties, "cpuOptions")
    counts = (value_at(options, "coreCount"), value_at(options, "threadsPerCore"))
    if counts == (None, None):
        return
    cores, threads = (number(count) or 0 for count in counts)
    if cores * threads < floor.vcpu:
        yield (
            f"cpuOptions leaves {cores:g} cores with {threads:g} threads each; "
            f"{floor.compute_needed}. Remove cpuOptions, or raise coreCount and threadsPerCore."
        )


SERVER_FLOOR = ResourceRule(
    name="server-floor",
    title="Servers have at least the vCPU, memory, SSD and network of their role",
    why=(
        "A server below the minimum is the first to run out of memory or of network under load,"
        " and takes the service with it."
    ),
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 1-3"),),
    fix=(
        "Choose one of the types that the message names, and one gp3 volume of the size that "
        "the role needs."
    ),
    example=Example(
        violates="instanceType: t3.medium",
        complies="instanceType: m6i.xlarge",
    ),
    resource_types=(LAUNCH_TEMPLATE, INSTANCE),
    check=check,
)
