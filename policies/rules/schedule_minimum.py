"""Schedules never shrink a group below the number of servers that the guide runs."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameters import figure
from evaluation.properties import known_at, value_at
from evaluation.references import guide
from evaluation.resource_types import AUTO_SCALING_GROUP
from evaluation.resources import Resource, Stack
from evaluation.roles import role
from evaluation.rule import Example, StackRule
from rules.group_minimum import MINIMA, PARAMETERS, too_few

SCHEDULE = "aws:autoscaling/schedule:Schedule"

UNCHANGED = -1
"""The size that leaves the group's as it is; one that is not given counts as 0."""


def check(schedule: Resource, stack: Stack) -> Iterator[str]:
    """Hold the sizes that a schedule sets against the minimum of its group's role."""
    groups = _groups(schedule, stack)
    if not groups:
        yield (
            "the group of autoscalingGroupName is not of this stack, so its minimum is not known. "
            "Schedule a group of this stack."
        )
    for wanted in sorted({role(group.props) or "" for group in groups} & set(MINIMA)):
        least = figure(schedule.parameters, MINIMA[wanted])
        for size in ("minSize", "desiredCapacity"):
            value = value_at(schedule.props, size)
            if value != UNCHANGED:
                yield from too_few(size, 0 if value is None else value, wanted, least)


def _groups(schedule: Resource, stack: Stack) -> list[Resource]:
    """The groups that have the name; where that is unknown on either side, those it is from."""
    named = known_at(schedule.props, "autoscalingGroupName")
    groups = stack.of((AUTO_SCALING_GROUP,))
    known = [each for each in groups if known_at(each.props, "name") == named]
    if named is not None and known:
        return known
    return [
        source
        for source in schedule.property_dependencies.get("autoscalingGroupName", ())
        if source.resource_type == AUTO_SCALING_GROUP
        and None in (named, known_at(source.props, "name"))
    ]


SCHEDULE_MINIMUM = StackRule(
    name="schedule-minimum",
    title="Schedules leave api groups at least 3 servers, websocket groups at least 2",
    why="A schedule changes the group's minimum, so it can leave fewer servers than the group may.",
    severity=Severity.HIGH,
    references=(guide("Scaling 1"),),
    fix="Raise minSize and desiredCapacity, or set them to -1 to leave the group's.",
    example=Example(violates="minSize: 1", complies="minSize: 3"),
    resource_types=(SCHEDULE,),
    beside=(AUTO_SCALING_GROUP,),
    parameters=PARAMETERS,
    check=check,
)
