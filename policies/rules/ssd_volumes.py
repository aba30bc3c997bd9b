"""Every volume is an SSD."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.resource_types import EBS_VOLUME, INSTANCE, LAUNCH_TEMPLATE
from evaluation.volumes import SSD_VOLUME_TYPES, volume_setting


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject magnetic volumes, and those whose kind is left to the machine image."""
    for path, kind in volume_setting(args.resource_type, args.props, "volumeType"):
        if kind not in SSD_VOLUME_TYPES:
            yield (
                f"{path} is {kind or 'not set'}; storage must be SSD: "
                f"{', '.join(SSD_VOLUME_TYPES)}. Set it to gp3."
            )


SSD_VOLUMES = resource_policy(
    name="ssd-volumes",
    description="Volumes are SSDs (guide, Hardware Requirements 1-3).",
    severity=Severity.MEDIUM,
    resource_types=(LAUNCH_TEMPLATE, INSTANCE, EBS_VOLUME),
    check=check,
)
