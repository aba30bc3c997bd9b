"""Every volume is encrypted."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_true
from evaluation.resource_types import EBS_VOLUME, INSTANCE, LAUNCH_TEMPLATE
from evaluation.volumes import volume_setting


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject volumes that are not plainly encrypted; the machine image's own are not."""
    flags = list(volume_setting(args.resource_type, args.props, "encrypted"))
    if not flags and args.resource_type == LAUNCH_TEMPLATE:
        yield (
            "blockDeviceMappings names no volume, so the machine image decides whether the root "
            "volume is encrypted. Name the root volume there, with encrypted set to true."
        )
    for path, flag in flags:
        if not is_true(flag):
            yield f"{path} is not true; stored data must be encrypted. Set it to true."


VOLUME_ENCRYPTION = resource_policy(
    name="volume-encryption",
    description="Volumes are encrypted (guide, Compliance: Data Protection).",
    severity=Severity.HIGH,
    resource_types=(LAUNCH_TEMPLATE, INSTANCE, EBS_VOLUME),
    check=check,
)
