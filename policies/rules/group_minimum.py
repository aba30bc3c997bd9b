"""Auto Scaling groups never shrink below the number of servers that the guide runs."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.parameters import Number, figure
from evaluation.properties import entries, number, value_at
from evaluation.references import guide
from evaluation.resource_types import AUTO_SCALING_GROUP
from evaluation.resources import Resource
from evaluation.roles import role
from evaluation.rule import Example, ResourceRule

MINIMA: Mapping[str, str] = {"api": "apiServers", "websocket": "websocketServers"}
"""The parameter that holds the least number of servers of each role."""

PARAMETERS = {
    "apiServers": Number(default=3, minimum=1, meaning="least number of api servers"),
    "websocketServers": Number(default=2, minimum=1, meaning="least number of websocket servers"),
}


def check(resource: Resource) -> Iterator[str]:
    """Hold the group's size against the role's; other roles have no minimum."""
    wanted = role(resource.props)
    if wanted is None or wanted not in MINIMA:
        return
    least = figure(resource.parameters, MINIMA[wanted])
    for size in ("minSize", "desiredCapacity"):
        value = value_at(resource.props, size)
        # Without a desired capacity the group begins with its minimum.
        if value is None and size == "desiredCapacity":
            continue
        yield from too_few(size, value, wanted, least)
    yield from _weights(resource)


def too_few(size: str, value: object, role_of_group: str, least: float) -> Iterator[str]:
    """What is wrong with a size, if it is less than the role's minimum or no number."""
    found = number(value)
    if found is None or found < least:
        said = "not given as a number" if found is None else f"{found:g}"
        yield (
            f"{size} is {said}; the role {role_of_group} needs at least {least:g} servers "
            f"(guide, Scaling 1). Set {size} to {least:g} or more."
        )


def _weights(resource: Resource) -> Iterator[str]:
    """Sizes count servers only where each server counts as one."""
    overrides = value_at(resource.props, "mixedInstancesPolicy", "launchTemplate", "overrides")
    for index, override in enumerate(entries(overrides)):
        weight = value_at(override, "weightedCapacity")
        if weight not in (None, "", "1", 1):
            yield (
                f"mixedInstancesPolicy.launchTemplate.overrides[{index}].weightedCapacity is "
                f"{weight}, so minSize counts units and not servers: one may be the whole group. "
                "Remove it."
            )


GROUP_MINIMUM = ResourceRule(
    name="group-minimum",
    title="Groups of api servers have at least 3 servers, of websocket servers at least 2",
    why="With fewer servers the loss of one, or of a zone, leaves too few for the load.",
    severity=Severity.HIGH,
    references=(guide("Scaling 1"),),
    fix="Raise minSize, and desiredCapacity where it is set.",
    example=Example(violates="minSize: 1", complies="minSize: 3"),
    resource_types=(AUTO_SCALING_GROUP,),
    parameters=PARAMETERS,
    check=check,
)
