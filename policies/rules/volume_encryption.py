"""Every volume is encrypted."""

from collections.abc import Iterator

from pulumi_policy import Severity

from evaluation.properties import is_true, value_at
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
    check=check,
)
