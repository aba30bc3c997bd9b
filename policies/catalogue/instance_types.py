"""The catalogue of instance types: a committed file, so that a preview asks AWS nothing.

`generate.py` writes it; nothing here needs boto3, because the pack starts on the way to every
preview.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypedDict

FILE = Path(__file__).with_name("instance_types.json")


class InstanceType(NamedTuple):
    """One EC2 instance type, RDS instance class or ElastiCache node type.

    The fields are in the order of the file's columns.
    """

    name: str
    vcpu: int
    memory_mib: int
    local_ssd_gb: int
    # None when AWS does not state it: then it is unknown, and no floor is met.
    baseline_gbps: float | None
    architecture: str
    current_generation: bool

    @property
    def family(self) -> str:
        """The name without its size: `db.m6i` of `db.m6i.2xlarge`."""
        return self.name.rpartition(".")[0]

    @property
    def general_purpose(self) -> bool:
        """Whether the type belongs to AWS's general-purpose series (m5, m6i, m8g …)."""
        return re.match(r"(db\.|cache\.)?m\d", self.name) is not None


Row = tuple[int, int, int, float | None, str, bool]


class CatalogueFile(TypedDict):
    """The committed file: each table maps a type's name to its row of `columns`."""

    version: int
    generated: str
    source: str
    columns: list[str]
    ec2: dict[str, Row]
    rds: dict[str, Row]
    elasticache: dict[str, Row]


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Every known type by name, one table a service, with the file's version and date."""

    version: int
    generated: str
    ec2: Mapping[str, InstanceType]
    rds: Mapping[str, InstanceType]
    elasticache: Mapping[str, InstanceType]


def read_file() -> CatalogueFile:
    """The committed file as it stands."""
    content: CatalogueFile = json.loads(FILE.read_text(encoding="utf-8"))
    return content


@cache
def catalogue() -> Catalogue:
    """The catalogue, parsed once and only when a rule first needs it."""
    content = read_file()
    return Catalogue(
        version=content["version"],
        generated=content["generated"],
        ec2=_types(content["ec2"]),
        rds=_types(content["rds"]),
        elasticache=_types(content["elasticache"]),
    )


def _types(rows: Mapping[str, Row]) -> dict[str, InstanceType]:
    return {name: InstanceType(name, *row) for name, row in rows.items()}
