"""The catalogue of instance types: a committed file, so that a preview asks AWS nothing.

`generate.py` writes it; nothing here needs boto3, because the pack starts on the way to every
preview.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, cast

from evaluation.faulty_file import FaultyFileError

FILE = Path(__file__).with_name("instance_types.json")

TABLES = ("ec2", "rds", "elasticache")

COLUMNS: Sequence[tuple[type, ...]] = (
    (int,),
    (int,),
    (int,),
    (int, float, type(None)),
    (str,),
    (bool,),
)
"""What the values of a type may be: vCPU, memory, SSD, bandwidth, architecture and generation."""

ADVICE = "Take the file from version control, or write it anew by `python -m catalogue.generate`."


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


def read_file(path: Path = FILE) -> CatalogueFile:
    """The file as it stands.

    Raises:
        FaultyFileError: it cannot be read, is no JSON, or a type has no row as it must be.
    """
    place = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise FaultyFileError(f"{place}: the file cannot be read: {unreadable}.") from None
    try:
        content: Any = json.loads(text)
    except json.JSONDecodeError as invalid:
        message = f"{place}:{invalid.lineno}: the file is no JSON: {invalid.msg}."
        raise FaultyFileError(message) from None
    for line, reason in _faults(text, content):
        raise FaultyFileError(f"{place}:{line}: {reason}. {ADVICE}")
    return content


@cache
def catalogue() -> Catalogue:
    """The catalogue, parsed once. Raises FaultyFileError as `read_file` does."""
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


def _faults(text: str, content: Any) -> Iterator[tuple[int, str]]:
    """What the file lacks, with the line; a type's line is the first that names it."""
    for key in CatalogueFile.__annotations__:
        if not isinstance(content, dict) or key not in content:
            yield 1, f"there is no {key}"
            return
    for table in TABLES:
        if not isinstance(content[table], dict):
            yield _line(text, table), f"{table} is no mapping of types"
            return
        for name, row in cast("dict[str, Any]", content[table]).items():
            if not _is_row(row):
                yield _line(text, name), f"{name} has not the {len(COLUMNS)} values of a type"


def _line(text: str, name: str) -> int:
    return text[: text.find(f'"{name}"')].count("\n") + 1


def _is_row(row: Any) -> bool:
    if not isinstance(row, list):
        return False
    values = cast("list[Any]", row)
    # A bool is an int to Python, but no size.
    return len(values) == len(COLUMNS) and all(
        type(value) in kinds for value, kinds in zip(values, COLUMNS, strict=True)
    )
