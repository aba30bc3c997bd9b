"""Every volume is encrypted."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_true, value_at
from evaluation.resource_types import (
    EBS_VOLUME,
    ENCRYPTION_BY_DEFAULT,
    INSTANCE,
    LAUNCH_TEMPLATE,
)
from evaluation.volumes import volume_setting


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject volumes that are not plainly encrypted; the machine image's own are not."""
    if args.resource_type == ENCRYPTION_BY_DEFAULT:
        yield from _default_violations(args.props)
        return
    flags = list(volume_setting(args.resource_type, args.props, "encrypted"))
    if not flags and args.resource_type == LAUNCH_TEMPLATE:
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


VOLUME_ENCRYPTION = resource_policy(
    name="volume-encryption",
    description="Volumes are encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    resource_types=(LAUNCH_TEMPLATE, INSTANCE, EBS_VOLUME, ENCRYPTION_BY_DEFAULT),
    check=check,
)
