"""Groups of api and websocket servers that are too small are rejected."""

import pytest

from rules.group_minimum import GROUP_MINIMUM
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import auto_scaling_group, tags, with_properties


def group(role: str, **changes: object) -> Resource:
    tagged = [{"key": key, "value": value} for key, value in tags(role).items()]
    return with_properties(auto_scaling_group(), {"tags": tagged, **changes})


def message(size: str, found: str, role: str, least: int) -> str:
    return (
        f"{size} is {found}; the role {role} needs at least {least} servers (guide, Scaling 1). "
        f"Set {size} to {least} or more."
    )


@pytest.mark.parametrize(("role", "least"), [("api", 3), ("websocket", 2)])
def test_a_group_of_the_least_size_passes_and_one_server_less_does_not(
    role: str, least: int
) -> None:
    assert violations(GROUP_MINIMUM, group(role, minSize=float(least))) == []
    assert violations(GROUP_MINIMUM, group(role, minSize=least - 1.0)) == [
        message("minSize", str(least - 1), role, least)
    ]


@pytest.mark.parametrize("size", [None, "3", {}])
def test_a_size_that_is_no_number_is_rejected(size: object) -> None:
    assert violations(GROUP_MINIMUM, group("api", minSize=size)) == [
        message("minSize", "not given as a number", "api", 3)
    ]


def test_zero_is_a_size() -> None:
    assert violations(GROUP_MINIMUM, group("api", minSize=0.0)) == [
        message("minSize", "0", "api", 3)
    ]


def test_a_group_that_begins_too_small_is_rejected() -> None:
    assert violations(GROUP_MINIMUM, group("api", minSize=3.0, desiredCapacity=3.0)) == []
    assert violations(GROUP_MINIMUM, group("api", minSize=3.0, desiredCapacity=2.0)) == [
        message("desiredCapacity", "2", "api", 3)
    ]


WEIGHTED = {"instanceType": "m6i.4xlarge", "weightedCapacity": "3"}


def of_types(*overrides: object) -> Resource:
    return group("api", mixedInstancesPolicy={"launchTemplate": {"overrides": list(overrides)}})


@pytest.mark.parametrize("weight", ["3", 3.0, "0", "many"])
def test_a_server_that_counts_as_several_is_rejected(weight: object) -> None:
    found = violations(GROUP_MINIMUM, of_types({}, {**WEIGHTED, "weightedCapacity": weight}))
    assert found == [
        f"mixedInstancesPolicy.launchTemplate.overrides[1].weightedCapacity is {weight}, so "
        "minSize counts units and not servers: one may be the whole group. Remove it."
    ]


@pytest.mark.parametrize("weight", [None, "", "1", 1.0])
def test_a_server_that_counts_as_one_passes(weight: object) -> None:
    assert violations(GROUP_MINIMUM, of_types({**WEIGHTED, "weightedCapacity": weight})) == []


@pytest.mark.parametrize("role", ["monitoring", ""])
def test_other_roles_have_no_minimum(role: str) -> None:
    assert violations(GROUP_MINIMUM, group(role, minSize=0.0)) == []


def test_a_group_without_a_role_has_no_minimum() -> None:
    assert violations(GROUP_MINIMUM, group("api", minSize=0.0, tags=None)) == []


def test_an_environment_may_set_the_minimum() -> None:
    small = group("api", minSize=1.0)
    assert violations(GROUP_MINIMUM, small, {"apiServers": 1.0}) == []
    assert violations(GROUP_MINIMUM, small, {"apiServers": 2.0}) == [
        message("minSize", "1", "api", 2)
    ]


def test_a_size_unknown_at_preview_is_rejected() -> None:
    (found,) = violations(GROUP_MINIMUM, group("api", minSize=UNKNOWN))
    assert found.startswith("minSize is not known yet at preview")
