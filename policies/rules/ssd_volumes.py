"""Every volume is an SSD."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.references import guide
from evaluation.resource_types import EBS_VOLUME, INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.volumes import SSD_VOLUME_TYPES, volume_setting


def check(resource: Resource) -> Iterator[str]:
    """Reject magnetic volumes, and those whose kind is left to the machine image."""
    for path, kind in volume_setting(resource.resource_type, resource.props, "volumeType"):
        if kind not in SSD_VOLUME_TYPES:
            yield (
                f"{path} is {kind or 'not set'}; storage must be SSD: "
                f"{', '.join(SSD_VOLUME_TYPES)}. Set it to gp3."
            )


SSD_VOLUMES = ResourceRule(
    name="ssd-volumes",
    title="Volumes are SSDs",
    why=(
        "A magnetic disk answers some hundred requests a second; databases, caches and logs "
        "need thousands."
    ),
    severity=Severity.MEDIUM,
    references=(guide("Hardware Requirements 1-3"),),
    fix="Set the volume's type to gp3.",
    example=Example(
        violates="volumeType: standard",
        complies="volumeType: gp3",
    ),
    resource_types=(LAUNCH_TEMPLATE, INSTANCE, EBS_VOLUME),
    check=check,
)
