"""Unencrypted volumes are rejected wherever a volume can be named."""

from collections.abc import Mapping

import pytest

from rules.volume_encryption import VOLUME_ENCRYPTION
from tests.policies.evaluate import UNKNOWN, Resource, remedied, violations
from tests.policies.factories import encryption_by_default, instance, launch_template, volume


def not_encrypted(path: str) -> str:
    return f"{path} is not true; stored data must be encrypted. Set it to true."


@pytest.mark.parametrize("flag", [True, "true"])
def test_encrypted_volumes_pass(flag: object) -> None:
    assert violations(VOLUME_ENCRYPTION, launch_template({"encrypted": flag})) == []
    assert violations(VOLUME_ENCRYPTION, instance({"encrypted": flag})) == []
    assert violations(VOLUME_ENCRYPTION, volume(encrypted=flag)) == []


@pytest.mark.parametrize("flag", [None, False, "false", "", 0.0, 1.0, "yes"])
def test_volumes_that_are_not_plainly_encrypted_are_rejected(flag: object) -> None:
    assert violations(VOLUME_ENCRYPTION, volume(encrypted=flag)) == [not_encrypted("encrypted")]
    assert violations(VOLUME_ENCRYPTION, launch_template({"encrypted": flag})) == [
        not_encrypted("blockDeviceMappings[0].ebs.encrypted")
    ]
    assert violations(VOLUME_ENCRYPTION, instance({"encrypted": flag})) == [
        not_encrypted("rootBlockDevice.encrypted")
    ]


def test_every_data_volume_counts() -> None:
    server = instance(ebsBlockDevices=[{"encrypted": True}, {"encrypted": False}])
    assert violations(VOLUME_ENCRYPTION, server) == [not_encrypted("ebsBlockDevices[1].encrypted")]


def test_an_instance_whose_root_volume_is_left_to_the_image_is_rejected() -> None:
    assert violations(VOLUME_ENCRYPTION, instance(rootBlockDevice=None)) == [
        not_encrypted("rootBlockDevice.encrypted")
    ]


@pytest.mark.parametrize("mappings", [None, []])
def test_a_launch_template_that_names_no_volume_is_rejected(mappings: object) -> None:
    assert violations(VOLUME_ENCRYPTION, launch_template(blockDeviceMappings=mappings)) == [
        "blockDeviceMappings names no volume, so the machine image decides whether the root "
        "volume is encrypted. Name the root volume there, with encrypted set to true."
    ]


@pytest.mark.parametrize("enabled", [None, True])
def test_encryption_that_is_the_default_passes(enabled: object) -> None:
    assert violations(VOLUME_ENCRYPTION, encryption_by_default(enabled=enabled)) == []


@pytest.mark.parametrize("enabled", [False, "false", "", 0.0])
def test_encryption_that_is_no_longer_the_default_is_rejected(enabled: object) -> None:
    assert violations(VOLUME_ENCRYPTION, encryption_by_default(enabled=enabled)) == [
        "enabled is not true, so volumes that say nothing are stored in the clear; stored data "
        "must be encrypted. Set it to true."
    ]


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (volume(encrypted=UNKNOWN), "encrypted"),
        (encryption_by_default(enabled=UNKNOWN), "enabled"),
        (instance({"encrypted": UNKNOWN}), "rootBlockDevice.encrypted"),
    ],
)
def test_a_flag_unknown_at_preview_is_rejected(resource: Resource, path: str) -> None:
    (message,) = violations(VOLUME_ENCRYPTION, resource)
    assert message.startswith(f"{path} is not known yet at preview")


def test_the_remedy_encrypts_the_volumes_of_servers_to_come() -> None:
    loose = launch_template({"encrypted": "false"})
    assert remedied(VOLUME_ENCRYPTION, loose) == launch_template().properties
    for flag in ("true", True):
        assert remedied(VOLUME_ENCRYPTION, launch_template({"encrypted": flag})) is None


@pytest.mark.parametrize("device", [{"virtualName": "ephemeral0"}, {"ebs": UNKNOWN}])
def test_the_remedy_leaves_devices_alone_that_are_no_known_volume(
    device: Mapping[str, object],
) -> None:
    assert remedied(VOLUME_ENCRYPTION, launch_template(blockDeviceMappings=[device])) is None


def test_the_remedy_switches_encryption_by_default_on() -> None:
    off = encryption_by_default(enabled=False)
    assert remedied(VOLUME_ENCRYPTION, off) == {"enabled": True}
    assert remedied(VOLUME_ENCRYPTION, encryption_by_default()) is None


def test_the_remedy_replaces_no_volume_that_may_hold_data() -> None:
    for loose in (volume(encrypted=False), instance({"encrypted": False})):
        assert remedied(VOLUME_ENCRYPTION, loose) is None
