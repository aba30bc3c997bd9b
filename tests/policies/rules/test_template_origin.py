"""Servers start only from launch templates of the stack with their own role."""

from collections.abc import Mapping

import pytest

from rules.server_floor import SERVER_FLOOR
from rules.ssd_volumes import SSD_VOLUMES
from rules.template_origin import TEMPLATE_ORIGIN
from rules.volume_encryption import VOLUME_ENCRYPTION
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations, violations
from tests.policies.factories import (
    auto_scaling_group,
    instance,
    instance_from_template,
    launch_template,
)

INSTANCE = "launchTemplate"
SERVERS = {INSTANCE: instance_from_template(), "mixedInstancesPolicy": auto_scaling_group()}


@pytest.mark.parametrize("server", SERVERS.values(), ids=SERVERS.keys())
def test_a_template_of_the_stack_with_the_same_role_passes(server: Resource) -> None:
    assert stack_violations(TEMPLATE_ORIGIN, [launch_template(), server]) == []


def test_an_instance_without_a_template_passes() -> None:
    assert stack_violations(TEMPLATE_ORIGIN, [instance()]) == []


@pytest.mark.parametrize("name", SERVERS)
def test_a_template_outside_the_stack_is_rejected(name: str) -> None:
    assert stack_violations(TEMPLATE_ORIGIN, [SERVERS[name]]) == [
        (
            f"the launch template of {name} is not of this stack, so its hardware was not checked "
            "for the Role api. Use a launch template of this stack with the same Role.",
            SERVERS[name].urn,
        )
    ]


@pytest.mark.parametrize("name", SERVERS)
def test_a_template_of_another_role_is_rejected(name: str) -> None:
    template = launch_template(tags={"Role": "cache"})
    assert stack_violations(TEMPLATE_ORIGIN, [template, SERVERS[name]]) == [
        (
            f"the launch template of {name} has the Role cache, so its hardware was not checked "
            "for the Role api. Use a launch template of this stack with the same Role.",
            SERVERS[name].urn,
        )
    ]


def test_a_template_without_a_role_is_not_said_to_have_one() -> None:
    assert stack_violations(TEMPLATE_ORIGIN, [launch_template(tags=None), SERVERS[INSTANCE]]) == [
        (
            "the launch template of launchTemplate has no Role, so its hardware was not checked "
            "for the Role api. Use a launch template of this stack with the same Role.",
            SERVERS[INSTANCE].urn,
        )
    ]


@pytest.mark.parametrize(
    "settings", [{"id": "lt-other", "version": UNKNOWN}, {"name": "other", "version": UNKNOWN}]
)
def test_only_the_version_of_a_template_of_the_stack_does_not_count(
    settings: Mapping[str, object],
) -> None:
    template = launch_template(id="lt-1", name="ours")
    server = instance_from_template(launchTemplate=settings)
    ((message, _),) = stack_violations(TEMPLATE_ORIGIN, [template, server])
    assert message.startswith("the launch template of launchTemplate is not of this stack")


def test_an_override_with_a_template_of_its_own_is_rejected() -> None:
    good = {"instanceType": "m6i.xlarge"}
    other = {**good, "launchTemplateSpecification": {"launchTemplateId": UNKNOWN}}
    group = auto_scaling_group(good, other)
    assert stack_violations(TEMPLATE_ORIGIN, [launch_template(), group]) == [
        (
            "mixedInstancesPolicy.launchTemplate.overrides[1] brings a launch template of its own, "
            "whose hardware was not checked for this group. Remove its "
            "launchTemplateSpecification, or make an Auto Scaling group for that template.",
            group.urn,
        )
    ]


def test_a_launch_configuration_from_anywhere_is_rejected() -> None:
    group = Resource(
        type="aws:autoscaling/group:Group", properties={"launchConfiguration": "legacy"}
    )
    assert stack_violations(TEMPLATE_ORIGIN, [group]) == [
        (
            "launchConfiguration names a launch configuration, whose hardware no rule measures. "
            "Use launchTemplate with a launch template of this stack.",
            group.urn,
        )
    ]


def test_a_tag_unknown_at_preview_blocks_and_tells_where() -> None:
    server = instance_from_template(tags=UNKNOWN)
    ((message, urn),) = stack_violations(TEMPLATE_ORIGIN, [launch_template(), server])
    assert message.startswith("tags is not known yet at preview")
    assert urn == server.urn


def test_an_instance_may_leave_its_hardware_to_its_template() -> None:
    for rule in (SERVER_FLOOR, SSD_VOLUMES, VOLUME_ENCRYPTION):
        assert violations(rule, instance_from_template()) == []


def test_what_an_instance_sets_over_its_template_is_held_to_the_floor() -> None:
    small_disk = {"volumeSize": 20.0, "volumeType": "gp3", "encrypted": True}

    assert violations(SERVER_FLOOR, instance_from_template(rootBlockDevice=small_disk)) == [
        "the largest SSD volume holds 20 GB; a production server needs at least 100 GB of SSD "
        "(guide, Hardware Requirements 1). Set volumeSize to 100 or more and volumeType to gp3 "
        "on one volume."
    ]
    assert len(violations(SERVER_FLOOR, instance_from_template(instanceType="t3.medium"))) == 1


def test_an_instance_that_takes_a_volume_from_its_template_brings_one_of_its_own() -> None:
    server = instance_from_template(
        ephemeralBlockDevices=[{"deviceName": "/dev/sdf", "noDevice": True}]
    )
    (message,) = violations(SERVER_FLOOR, server)
    assert message.startswith("no volume is an SSD; a production server needs at least 100 GB")
