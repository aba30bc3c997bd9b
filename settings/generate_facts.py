"""Writes the lists of AWS regions and instance types: `python -m settings.generate_facts`.

moto carries AWS's own answers to DescribeAvailabilityZones and DescribeInstanceTypes, so no account
is needed. Run it after an update of moto; a test fails when the committed lists differ.
"""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import moto.ec2
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from settings.instance_types import INSTANCE_TYPES_FILE
from settings.regions import REGIONS_FILE

INSTANCE_TYPES_SOURCE = Path(moto.ec2.__file__).parent / "resources/instance_types.json.gz"

OTHER_PARTITIONS = ("cn-", "us-gov-")
"""Regions with separate accounts and other ARNs, where this platform does not run."""


def regions() -> Mapping[str, list[str]]:
    """Zone names by region, without local and wavelength zones, which lack most services."""
    return {
        region: sorted(zone.name for zone in zones if zone.zone_type == "availability-zone")
        for region, zones in sorted(RegionsAndZonesBackend.zones.items())
        if not region.startswith(OTHER_PARTITIONS)
    }


def instance_types() -> Mapping[str, list[str]]:
    """Names of all EC2 instance types that run Linux, in alphabetical order by architecture."""
    with gzip.open(INSTANCE_TYPES_SOURCE, "rt", encoding="utf-8") as source:
        answers: dict[str, dict[str, Any]] = json.load(source)
    return {
        architecture: sorted(
            name
            for name, answer in answers.items()
            if architecture in answer["ProcessorInfo"]["SupportedArchitectures"]
        )
        for architecture in ("arm64", "x86_64")
    }


def as_json(content: object) -> str:
    """One entry a line, so that a change of the lists reads well in a diff."""
    return json.dumps(content, indent=1) + "\n"


if __name__ == "__main__":
    REGIONS_FILE.write_text(as_json(regions()), encoding="utf-8")
    INSTANCE_TYPES_FILE.write_text(as_json(instance_types()), encoding="utf-8")
