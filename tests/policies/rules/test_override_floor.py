"""No override lets an Auto Scaling group start a server below the floor."""

import pytest

from rules.override_floor import OVERRIDE_FLOOR
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import auto_scaling_group

NEEDS = (
    "a production server needs at least 4 vCPU, 16 GiB and 1 Gbps baseline "
    "(guide, Hardware Requirements 1)"
)
GOOD = {"instanceType": "m6i.xlarge"}
PATH = "mixedInstancesPolicy.launchTemplate.overrides"
NO_TYPE = (
    f"{PATH}[1].instanceType names no type, so the hardware is unknown; {NEEDS}. "
    "Use m5a.xlarge or m5n.xlarge."
)


@pytest.mark.parametrize(
    "resource",
    [
        auto_scaling_group(GOOD, {"instanceType": "m6a.xlarge"}),
        Resource(type="aws:autoscaling/group:Group", properties={}),
    ],
)
def test_overrides_on_the_floor_and_groups_without_any_pass(resource: Resource) -> None:
    assert violations(OVERRIDE_FLOOR, resource) == []


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            {"instanceType": "m6i.large"},
            "m6i.large has 2 vCPU, 8 GiB of memory and 0.781 Gbps of baseline bandwidth; "
            f"{NEEDS}. Use m6i.xlarge or m6i.2xlarge.",
        ),
        ({"instanceRequirements": {"vcpuCount": {"min": 4.0}}}, NO_TYPE),
        ({"instanceType": None}, NO_TYPE),
        ({"instanceType": 0.0}, NO_TYPE),
        ({}, NO_TYPE),
        ("m6i.xlarge", NO_TYPE),
        (
            {"instanceType": UNKNOWN},
            "mixedInstancesPolicy.launchTemplate.overrides.1.instanceType is not known yet at "
            "preview, so this rule cannot be checked. Give it a value that is known before the "
            "deployment, such as one from the stack's configuration.",
        ),
    ],
)
def test_an_override_that_is_too_small_or_names_no_type_is_rejected(
    override: object, message: str
) -> None:
    assert violations(OVERRIDE_FLOOR, auto_scaling_group(GOOD, override)) == [message]


def test_the_floor_is_that_of_the_groups_role() -> None:
    group = auto_scaling_group({"instanceType": "m6i.xlarge"})
    tags = [{"key": "Owner", "value": "cache"}, {"key": "Role", "value": "database"}]
    tagged = Resource(
        type=group.type,
        properties={**group.properties, "tags": tags},
    )
    (message,) = violations(OVERRIDE_FLOOR, tagged)
    assert "a database server needs at least 8 vCPU" in message
