"""Servers below the floor of their role are rejected, whatever form the shortfall takes."""

from collections.abc import Callable, Mapping

import pytest

from rules.server_floor import SERVER_FLOOR
from tests.policies.evaluate import CATALOGUE, UNKNOWN, Resource, violations
from tests.policies.factories import instance, launch_template

NEEDS = (
    "a production server needs at least 4 vCPU, 16 GiB and 1 Gbps baseline "
    "(guide, Hardware Requirements 1)"
)
NEEDS_SSD = "a production server needs at least 100 GB of SSD (guide, Hardware Requirements 1)"
SET_SSD = "Set volumeSize to 100 or more and volumeType to gp3 on one volume."
NO_TYPE = (
    f"instanceType names no type, so the hardware is unknown; {NEEDS}. "
    "Use m5a.xlarge or m5n.xlarge."
)
NOT_KNOWN = (
    "is not known yet at preview, so this rule cannot be checked. Give it a value that is known "
    "before the deployment, such as one from the stack's configuration."
)


@pytest.mark.parametrize("resource", [launch_template(), instance()])
def test_a_server_on_the_floor_passes(resource: Resource) -> None:
    assert violations(SERVER_FLOOR, resource) == []


@pytest.mark.parametrize("server", [launch_template, instance])
@pytest.mark.parametrize(
    ("instance_type", "message"),
    [
        (
            "t3.medium",
            "t3.medium has 2 vCPU, 4 GiB of memory and 0.256 Gbps of baseline bandwidth; "
            f"{NEEDS}. Use t3.xlarge or t3.2xlarge.",
        ),
        (
            "c5.xlarge",
            f"c5.xlarge has 8 GiB of memory; {NEEDS}. Use c5.2xlarge or c5.4xlarge.",
        ),
        (
            "m4.xlarge",
            "m4.xlarge has 0.75 Gbps of baseline bandwidth; "
            f"{NEEDS}. Use m4.2xlarge or m4.4xlarge.",
        ),
        (
            "r6i.large",
            "r6i.large has 2 vCPU and 0.781 Gbps of baseline bandwidth; "
            f"{NEEDS}. Use r6i.xlarge or r6i.2xlarge.",
        ),
        (
            "m99.huge",
            f"m99.huge is not in {CATALOGUE}, so its hardware is unknown; {NEEDS}. "
            "Use m5a.xlarge or m5n.xlarge.",
        ),
        (None, NO_TYPE),
        ("", NO_TYPE),
        (0, NO_TYPE),
        (["m6i.xlarge"], NO_TYPE),
        (UNKNOWN, f"instanceType {NOT_KNOWN}"),
    ],
)
def test_a_type_that_is_too_small_or_unknown_is_rejected(
    server: Callable[..., Resource], instance_type: object, message: str
) -> None:
    assert violations(SERVER_FLOOR, server(instanceType=instance_type)) == [message]


def test_a_family_without_a_compliant_size_is_advised_another_of_its_architecture() -> None:
    (message,) = violations(SERVER_FLOOR, launch_template(instanceType="t2.large"))
    assert message.endswith("Use t2.2xlarge or m5a.xlarge.")


@pytest.mark.parametrize(
    ("ebs", "message"),
    [
        ({"volumeSize": 99.0}, f"the largest SSD volume holds 99 GB; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeSize": 0.0}, f"the largest SSD volume holds 0 GB; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeSize": None}, f"the largest SSD volume holds 0 GB; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeSize": "100"}, f"the largest SSD volume holds 0 GB; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeSize": True}, f"the largest SSD volume holds 0 GB; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeType": "standard"}, f"no volume is an SSD; {NEEDS_SSD}. {SET_SSD}"),
        ({"volumeType": None}, f"no volume is an SSD; {NEEDS_SSD}. {SET_SSD}"),
    ],
)
def test_a_disk_that_is_too_small_or_magnetic_is_rejected(
    ebs: Mapping[str, object], message: str
) -> None:
    assert violations(SERVER_FLOOR, launch_template(ebs)) == [message]
    assert violations(SERVER_FLOOR, instance(ebs)) == [message]


def test_a_size_unknown_at_preview_is_rejected() -> None:
    assert violations(SERVER_FLOOR, launch_template({"volumeSize": UNKNOWN})) == [
        f"blockDeviceMappings.0.ebs.volumeSize {NOT_KNOWN}"
    ]
    assert violations(SERVER_FLOOR, instance({"volumeSize": UNKNOWN})) == [
        f"rootBlockDevice.volumeSize {NOT_KNOWN}"
    ]


@pytest.mark.parametrize("mappings", [None, [], "100", [None], [{"ebs": 100.0}], {}])
def test_a_launch_template_without_a_readable_volume_is_rejected(mappings: object) -> None:
    assert violations(SERVER_FLOOR, launch_template(blockDeviceMappings=mappings)) == [
        f"no volume is an SSD; {NEEDS_SSD}. {SET_SSD}"
    ]


def test_one_large_data_volume_meets_the_storage_floor() -> None:
    data = {"deviceName": "/dev/sdf", "volumeSize": 100.0, "volumeType": "gp3"}
    assert violations(SERVER_FLOOR, instance({"volumeSize": 8.0}, ebsBlockDevices=[data])) == []


def test_two_half_sized_volumes_do_not_meet_the_storage_floor() -> None:
    data = {"deviceName": "/dev/sdf", "volumeSize": 50.0, "volumeType": "gp3"}
    assert violations(SERVER_FLOOR, instance({"volumeSize": 50.0}, ebsBlockDevices=[data])) == [
        f"the largest SSD volume holds 50 GB; {NEEDS_SSD}. {SET_SSD}"
    ]


@pytest.mark.parametrize(
    ("options", "counts"),
    [
        ({"coreCount": 1.0, "threadsPerCore": 2.0}, "1 cores with 2 threads"),
        ({"coreCount": 2.0}, "2 cores with 0 threads"),
        ({"coreCount": "2", "threadsPerCore": 2.0}, "0 cores with 2 threads"),
    ],
)
def test_cpu_options_that_switch_too_many_cores_off_are_rejected(
    options: Mapping[str, object], counts: str
) -> None:
    assert violations(SERVER_FLOOR, launch_template(cpuOptions=options)) == [
        f"cpuOptions leaves {counts} each; {NEEDS}. "
        "Remove cpuOptions, or raise coreCount and threadsPerCore."
    ]


def test_cpu_options_that_leave_enough_cores_pass() -> None:
    options = {"coreCount": 2.0, "threadsPerCore": 2.0}
    assert violations(SERVER_FLOOR, launch_template(cpuOptions=options)) == []


def test_a_cache_server_needs_only_fifty_gb() -> None:
    tags = {"Role": "cache"}
    assert violations(SERVER_FLOOR, launch_template({"volumeSize": 50.0}, tags=tags)) == []
    assert violations(SERVER_FLOOR, launch_template({"volumeSize": 49.0}, tags=tags)) == [
        "the largest SSD volume holds 49 GB; a cache server needs at least 50 GB of SSD "
        "(guide, Hardware Requirements 3). Set volumeSize to 50 or more and volumeType to gp3 on "
        "one volume."
    ]


def test_a_self_run_database_server_is_held_to_the_database_floor() -> None:
    server = instance({"volumeSize": 500.0}, tags={"Role": "database"})
    assert violations(SERVER_FLOOR, server) == [
        "m6i.xlarge has 4 vCPU and 16 GiB of memory; a database server needs at least 8 vCPU, "
        "32 GiB and 1 Gbps baseline (guide, Hardware Requirements 2). Use m6i.2xlarge or "
        "m6i.4xlarge."
    ]


@pytest.mark.parametrize("tags", [None, {}, {"Role": "bastion"}, {"Role": 1.0}, "cache", ["cache"]])
def test_a_server_without_a_telling_role_is_held_to_the_production_floor(tags: object) -> None:
    assert violations(SERVER_FLOOR, instance({"volumeSize": 50.0}, tags=tags)) == [
        f"the largest SSD volume holds 50 GB; {NEEDS_SSD}. {SET_SSD}"
    ]
