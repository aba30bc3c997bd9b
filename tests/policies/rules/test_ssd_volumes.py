"""Magnetic volumes are rejected wherever a volume can be named."""

import pytest

from rules.ssd_volumes import SSD_VOLUMES
from tests.policies.evaluate import Resource, violations
from tests.policies.factories import instance, launch_template, volume


def not_ssd(path: str, kind: str) -> str:
    return f"{path} is {kind}; storage must be SSD: gp2, gp3, io1, io2. Set it to gp3."


@pytest.mark.parametrize("kind", ["gp2", "gp3", "io1", "io2"])
def test_ssd_volumes_pass(kind: str) -> None:
    assert violations(SSD_VOLUMES, launch_template({"volumeType": kind})) == []
    assert violations(SSD_VOLUMES, instance({"volumeType": kind})) == []
    assert violations(SSD_VOLUMES, volume(type=kind)) == []


@pytest.mark.parametrize("kind", ["standard", "st1", "sc1"])
def test_magnetic_volumes_are_rejected(kind: str) -> None:
    assert violations(SSD_VOLUMES, volume(type=kind)) == [not_ssd("type", kind)]
    assert violations(SSD_VOLUMES, launch_template({"volumeType": kind})) == [
        not_ssd("blockDeviceMappings[0].ebs.volumeType", kind)
    ]
    assert violations(SSD_VOLUMES, instance({"volumeType": kind})) == [
        not_ssd("rootBlockDevice.volumeType", kind)
    ]


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (volume(type=None), "type"),
        (launch_template({"volumeType": None}), "blockDeviceMappings[0].ebs.volumeType"),
        (instance(rootBlockDevice=None), "rootBlockDevice.volumeType"),
        (instance(ebsBlockDevices=["/dev/sdf"]), "ebsBlockDevices[0].volumeType"),
    ],
)
def test_a_volume_whose_kind_is_left_open_is_rejected(resource: Resource, path: str) -> None:
    assert violations(SSD_VOLUMES, resource) == [not_ssd(path, "not set")]


def test_instance_store_disks_are_no_volumes() -> None:
    template = launch_template()
    disk = {"deviceName": "/dev/sdb", "virtualName": "ephemeral0"}
    mappings = [*template.properties["blockDeviceMappings"], disk]
    assert violations(SSD_VOLUMES, launch_template(blockDeviceMappings=mappings)) == []
