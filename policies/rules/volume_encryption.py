"""Every volume is encrypted."""

from collections.abc import Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import entries, is_true, mapping, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import (
    EBS_VOLUME,
    ENCRYPTION_BY_DEFAULT,
    INSTANCE,
    LAUNCH_TEMPLATE,
)
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.volumes import volume_setting


def check(resource: Resource) -> Iterator[str]:
    """Reject volumes that are not plainly encrypted; the machine image's own are not."""
    if resource.resource_type == ENCRYPTION_BY_DEFAULT:
        yield from _default_violations(resource.props)
        return
    flags = list(volume_setting(resource.resource_type, resource.props, "encrypted"))
    if not flags and resource.resource_type == LAUNCH_TEMPLATE:
        yield (
            "blockDeviceMappings names no volume, so the machine image decides whether the root "
            "volume is encrypted. Name the root volume there, with encrypted set to true."
        )
    for path, flag in flags:
        if not is_true(flag):
            yield f"{path} is not true; stored data must be encrypted. Set it to true."


def _default_violations(properties: object) -> Iterator[str]:
    # The resource is there to switch it on, so absent means true.
    enabled = value_at(properties, "enabled")
    if enabled is not None and not is_true(enabled):
        yield (
            "enabled is not true, so volumes that say nothing are stored in the clear; stored data "
            "must be encrypted. Set it to true."
        )


def remedy(resource: Resource) -> Mapping[str, object]:
    """Encrypt the volumes of servers to come: one that exists would be replaced, data and all."""
    if resource.resource_type == ENCRYPTION_BY_DEFAULT:
        return {"enabled": True} if list(_default_violations(resource.props)) else {}
    if resource.resource_type != LAUNCH_TEMPLATE:
        return {}
    named = entries(value_at(resource.props, "blockDeviceMappings"))
    encrypted = [_encrypted(mapping(each)) for each in named]
    is_changed = any(dict(mapping(old)) != new for old, new in zip(named, encrypted, strict=True))
    return {"blockDeviceMappings": encrypted} if is_changed else {}


def _encrypted(device: Mapping[str, object]) -> dict[str, object]:
    ebs = mapping(device.get("ebs"))
    if not ebs or is_true(ebs.get("encrypted")):
        return dict(device)
    return {**device, "ebs": {**ebs, "encrypted": "true"}}


VOLUME_ENCRYPTION = ResourceRule(
    name="volume-encryption",
    title="Volumes are encrypted",
    why=(
        "A copy of an unencrypted volume, or a disk taken out of service, can be read by "
        "whoever holds it."
    ),
    severity=Severity.HIGH,
    references=(
        guide("Compliance: Data Protection"),
        cis("2.2.1"),
        fsbp("EC2.3"),
        fsbp("EC2.7"),
        pci("3.5.1"),
    ),
    fix="Set encrypted to true on each volume.",
    example=Example(
        violates="encrypted: false",
        complies="encrypted: true",
    ),
    resource_types=(LAUNCH_TEMPLATE, INSTANCE, EBS_VOLUME, ENCRYPTION_BY_DEFAULT),
    remedy=remedy,
    check=check,
)
