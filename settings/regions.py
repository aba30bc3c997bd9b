"""AWS regions and their availability zones, from a generated list: nothing is asked of AWS."""

import json
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from settings.base import Fault, FaultError, shown

REGIONS_FILE = Path(__file__).with_name("regions.json")
"""Region name → names of its zones; written by `python -m settings.generate_facts`."""


@cache
def regions() -> dict[str, tuple[str, ...]]:
    """Zones of every region of the standard AWS partition, both in alphabetical order."""
    content: dict[str, list[str]] = json.loads(REGIONS_FILE.read_text(encoding="utf-8"))
    return {region: tuple(zones) for region, zones in content.items()}


def _region_exists(region: str) -> str:
    if region not in regions():
        raise FaultError(Fault(given=shown(region), allowed=f"one of {', '.join(regions())}"))
    return region


Region = Annotated[
    str,
    AfterValidator(_region_exists),
    WithJsonSchema({"type": "string", "enum": list(regions())}),
]
"""The name of an AWS region, for example `eu-central-1`."""
