"""Schedules that shrink a group too far are rejected."""

from dataclasses import replace

import pytest

from rules.schedule_minimum import SCHEDULE_MINIMUM
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations
from tests.policies.factories import auto_scaling_group, schedule, tags, with_properties

FOREIGN = (
    "the group of autoscalingGroupName is not of this stack, so its minimum is not known. Schedule "
    "a group of this stack."
)


def group(role: str, **changes: object) -> Resource:
    tagged = [{"key": key, "value": value} for key, value in tags(role).items()]
    return replace(with_properties(auto_scaling_group(), {"tags": tagged, **changes}), name="group")


def found(made: Resource, *groups: Resource, **settings: object) -> list[str]:
    told = stack_violations(SCHEDULE_MINIMUM, [made, *groups], settings)
    assert all(urn == made.urn for _, urn in told)
    return [message for message, _ in told]


def message(size: str, told: str, role: str, least: int) -> str:
    return (
        f"{size} is {told}; the role {role} needs at least {least} servers (guide, Scaling 1). "
        f"Set {size} to {least} or more."
    )


@pytest.mark.parametrize(("role", "least"), [("api", 3), ("websocket", 2)])
@pytest.mark.parametrize("size", ["minSize", "desiredCapacity"])
def test_the_least_size_passes_and_one_server_less_does_not(
    size: str, role: str, least: int
) -> None:
    assert found(schedule(**{size: float(least)}), group(role)) == []
    assert found(schedule(**{size: least - 1.0}), group(role)) == [
        message(size, str(least - 1), role, least)
    ]


@pytest.mark.parametrize("size", ["minSize", "desiredCapacity"])
@pytest.mark.parametrize(
    ("value", "told"), [(None, "0"), (0.0, "0"), ("3", "not given as a number")]
)
def test_a_size_that_is_not_given_is_zero_and_a_text_is_none(
    size: str, value: object, told: str
) -> None:
    assert found(schedule(**{size: value}), group("api")) == [message(size, told, "api", 3)]


def test_a_size_that_leaves_the_groups_passes() -> None:
    unchanged = schedule(minSize=-1.0, desiredCapacity=-1.0)
    assert found(unchanged, group("api")) == []


def test_other_roles_have_no_minimum() -> None:
    small = schedule(minSize=0.0, desiredCapacity=0.0)
    assert found(small, group("monitoring")) == []
    assert found(small, with_properties(group("api"), {"tags": None})) == []


def test_a_group_is_known_by_its_name_as_well() -> None:
    named = replace(schedule(autoscalingGroupName="api", minSize=1.0), depends={})
    assert found(named, group("api", name="api")) == [message("minSize", "1", "api", 3)]
    assert found(named, group("api", name="websocket")) == [FOREIGN]


def test_a_name_that_comes_from_a_group_but_is_another_ones_is_not_of_it() -> None:
    named = schedule(autoscalingGroupName="another")
    assert found(named, group("api", name="api")) == [FOREIGN]


def test_a_group_from_elsewhere_is_rejected() -> None:
    assert found(replace(schedule(), depends={}), group("api")) == [FOREIGN]


def test_an_environment_may_set_the_minimum() -> None:
    small = schedule(minSize=1.0, desiredCapacity=1.0)
    assert found(small, group("api"), apiServers=1.0) == []


def test_a_size_unknown_at_preview_is_rejected() -> None:
    (told,) = found(schedule(minSize=UNKNOWN), group("api"))
    assert told.startswith("minSize is not known yet at preview")
