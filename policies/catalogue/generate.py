"""Writes the catalogue of instance types from AWS's own answer to DescribeInstanceTypes.

Run it in `policies/` as `python -m catalogue.generate`, with AWS credentials, or with `--moto` to
take the answer that moto carries. A run that finds nothing new leaves the file alone; otherwise the
version rises by one.

AWS offers no call that describes RDS classes and ElastiCache nodes, so they derive from their EC2
type: the same vCPU, baseline bandwidth and architecture, with memory as the service documents it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

import botocore.session
import typer
from botocore.client import BaseClient
from moto import mock_aws

from catalogue.instance_types import FILE, CatalogueFile, InstanceType, Row, read_file

ELASTICACHE_MEMORY = Path(__file__).with_name("elasticache_memory.json")

# Families of RDS for PostgreSQL (RDS User Guide, "Supported DB engines for DB instance classes"),
# and the EC2 family each runs on. Their memory is that of the EC2 type ("Hardware specifications
# for DB instance classes").
RDS_FAMILIES: Final = {
    **{
        family: family
        for family in (
            *("m5", "m5d", "m6g", "m6gd", "m6i", "m6id", "m7g", "m7i", "m8g"),
            *("r5", "r5b", "r5d", "r6g", "r6gd", "r6i", "r6id", "r7g", "r7i", "r8g"),
            *("t3", "t4g", "x2iedn"),
        )
    },
    "x2g": "x2gd",
}
NOT_IN_RDS: Final = ("nano", "medium", "metal")
BURSTABLE: Final = ("t3", "t4g")

# "Data tiering": an r6gd node holds 4.8 times what its r6g sibling holds in memory alone, so the
# SSD adds 3.8 times the memory. The node's own NVMe drive is larger, but not all of it is usable.
DATA_TIERING_FAMILY: Final = "cache.r6gd"
DATA_TIERING_SSD_PER_MEMORY: Final = 3.8

Tables = dict[str, dict[str, Row]]


def described_types(ec2: BaseClient) -> Iterator[Mapping[str, Any]]:
    """Every instance type that EC2 describes in the client's region."""
    for page in ec2.get_paginator("describe_instance_types").paginate():
        yield from page["InstanceTypes"]


def ec2_row(described: Mapping[str, Any]) -> Row:
    """One EC2 type's row. Of several network cards only the default one counts."""
    network = described["NetworkInfo"]
    baseline: float | None = None
    for card in network.get("NetworkCards", []):
        if card["NetworkCardIndex"] == network["DefaultNetworkCardIndex"]:
            baseline = card.get("BaselineBandwidthInGbps")
    disks = described.get("InstanceStorageInfo", {}).get("Disks", [])
    return (
        described["VCpuInfo"]["DefaultVCpus"],
        described["MemoryInfo"]["SizeInMiB"],
        sum(disk["SizeInGB"] * disk["Count"] for disk in disks if disk["Type"] == "ssd"),
        baseline,
        # The oldest types list i386 before x86_64.
        described["ProcessorInfo"]["SupportedArchitectures"][-1],
        described["CurrentGeneration"],
    )


def rds_rows(ec2: Mapping[str, Row]) -> dict[str, Row]:
    """The RDS instance classes, each with its EC2 type's figures."""
    rows: dict[str, Row] = {}
    for family, ec2_family in RDS_FAMILIES.items():
        for name, (vcpu, memory_mib, ssd_gb, baseline, architecture, current) in ec2.items():
            type_family, _, size = name.partition(".")
            offered = not size.startswith(NOT_IN_RDS) or (size == "medium" and family in BURSTABLE)
            if type_family == ec2_family and offered:
                # x2g runs on x2gd, but without its disk.
                ssd_gb_in_rds = ssd_gb if family == ec2_family else 0
                row = (vcpu, memory_mib, ssd_gb_in_rds, baseline, architecture, current)
                rows[f"db.{family}.{size}"] = row
    return rows


def elasticache_rows(ec2: Mapping[str, Row], maxmemory: Mapping[str, int]) -> dict[str, Row]:
    """The ElastiCache node types, with the memory that a node leaves to Redis.

    Args:
        ec2: the EC2 rows.
        maxmemory: bytes of memory by node type.
    """
    rows: dict[str, Row] = {}
    for name, memory in maxmemory.items():
        vcpu, _, _, baseline, architecture, current = ec2[name.removeprefix("cache.")]
        tiered = name.rpartition(".")[0] == DATA_TIERING_FAMILY
        ssd_gb = int(memory * DATA_TIERING_SSD_PER_MEMORY / 1e9) if tiered else 0
        rows[name] = (vcpu, memory // 2**20, ssd_gb, baseline, architecture, current)
    return rows


def tables(described: Iterable[Mapping[str, Any]]) -> Tables:
    """The three tables, each sorted by name so that a new version reads as a diff."""
    ec2 = {found["InstanceType"]: ec2_row(found) for found in described}
    maxmemory: dict[str, int] = json.loads(ELASTICACHE_MEMORY.read_text(encoding="utf-8"))[
        "maxmemory"
    ]
    generated = {
        "ec2": ec2,
        "rds": rds_rows(ec2),
        "elasticache": elasticache_rows(ec2, maxmemory),
    }
    return {service: dict(sorted(rows.items())) for service, rows in generated.items()}


def render(header: Mapping[str, object], found: Tables) -> str:
    """The file's text: one type a line, which json's own indentation cannot give."""
    members = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in header.items()]
    for service, types in found.items():
        rows = [f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in types.items()]
        members.append(f"  {json.dumps(service)}: {{\n" + ",\n".join(rows) + "\n  }")
    return "{\n" + ",\n".join(members) + "\n}\n"


def next_file(found: Tables, *, source: str, today: date) -> str | None:
    """The text of the catalogue's next version, or None when nothing has changed."""
    previous: CatalogueFile | None = read_file() if FILE.exists() else None
    if previous and all(
        {name: tuple(row) for name, row in previous[service].items()} == found[service]
        for service in ("ec2", "rds", "elasticache")
    ):
        return None
    header = {
        "version": previous["version"] + 1 if previous else 1,
        "generated": today.isoformat(),
        "source": source,
        "columns": InstanceType._fields[1:],
    }
    return render(header, found)


def main(
    region: Annotated[
        str, typer.Option(help="The region whose types are described.")
    ] = "us-east-1",
    moto: Annotated[bool, typer.Option("--moto", help="Ask moto instead of AWS.")] = False,
) -> None:
    """Write the catalogue of instance types from DescribeInstanceTypes."""
    emulated = nullcontext()
    source = f"EC2 DescribeInstanceTypes in {region}"
    if moto:
        emulated = mock_aws()
        source = f"EC2 DescribeInstanceTypes as carried by moto {version('moto')}"
    with emulated:
        ec2 = botocore.session.get_session().create_client("ec2", region_name=region)
        text = next_file(
            tables(described_types(ec2)), source=source, today=datetime.now(UTC).date()
        )
    if text is None:
        typer.echo("The catalogue is current.")
        return
    FILE.write_text(text, encoding="utf-8")
    typer.echo(f"Wrote {FILE.name}; review the difference and commit it.")


if __name__ == "__main__":
    typer.run(main)
