"""The guide's hardware minimums ("Hardware Requirements"), and what falls short of them."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalogue.instance_types import InstanceType, catalogue
from evaluation.properties import number, value_at
from evaluation.volumes import SSD_VOLUME_TYPES, volumes


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The least hardware that one kind of server may have.

    The guide's GB of memory are read as GiB, the unit in which AWS sells memory. Its network figure
    is held against the baseline bandwidth, which a type always has, not the peak that it may reach.
    """

    holder: str
    section: str
    vcpu: int
    memory_gib: int
    ssd_gb: int
    network_gbps: float

    @property
    def compute_needed(self) -> str:
        """What the type must offer, as half a sentence."""
        return (
            f"{self.holder} needs at least {self.vcpu} vCPU, {self.memory_gib} GiB and "
            f"{self.network_gbps:g} Gbps baseline ({self.section})"
        )

    @property
    def storage_needed(self) -> str:
        """What the disk must offer, as half a sentence."""
        return f"{self.holder} needs at least {self.ssd_gb} GB of SSD ({self.section})"


PRODUCTION_SERVER = Floor(
    holder="a production server",
    section="guide, Hardware Requirements 1",
    vcpu=4,
    memory_gib=16,
    ssd_gb=100,
    network_gbps=1,
)
DATABASE_SERVER = Floor(
    holder="a database server",
    section="guide, Hardware Requirements 2",
    vcpu=8,
    memory_gib=32,
    ssd_gb=500,
    network_gbps=1,
)
CACHE_SERVER = Floor(
    holder="a cache server",
    section="guide, Hardware Requirements 3",
    vcpu=4,
    memory_gib=16,
    ssd_gb=50,
    network_gbps=1,
)


def floor_for(role: str | None) -> Floor:
    """The floor of an EC2 server by its `Role` tag: a production server's unless it says more."""
    return {"cache": CACHE_SERVER, "database": DATABASE_SERVER}.get(role or "", PRODUCTION_SERVER)


def compute_violations(
    path: str,
    name: object,
    *,
    floor: Floor,
    types: Mapping[str, InstanceType],
    local_ssd: bool = False,
) -> Iterator[str]:
    """What is wrong with an instance type, one message at most.

    Args:
        path: the property that names the type.
        name: its value.
        floor: the floor it must meet.
        types: the catalogue's table that the name is looked up in.
        local_ssd: whether the type itself must bring the SSD, because no volume can.
    """
    if not isinstance(name, str) or not name:
        advice = _advice(floor, types, None, local_ssd=local_ssd)
        yield (
            f"{path} names no type, so the hardware is unknown; {floor.compute_needed}. {advice}"
        )
        return
    found = types.get(name)
    advice = _advice(floor, types, found, local_ssd=local_ssd)
    if found is None:
        source = catalogue()
        yield (
            f"{name} is not in the catalogue of types (version {source.version} of "
            f"{source.generated}), so its hardware is unknown; {floor.compute_needed}. {advice}"
        )
        return
    short = _compute_shortfalls(found, floor)
    if short:
        yield f"{name} has {_listed(short)}; {floor.compute_needed}. {advice}"
    if local_ssd and found.local_ssd_gb < floor.ssd_gb:
        yield f"{name} has {found.local_ssd_gb} GB of local SSD; {floor.storage_needed}. {advice}"


def volume_violations(resource_type: str, properties: object, floor: Floor) -> Iterator[str]:
    """A message when no single SSD volume is large enough.

    Root and data volumes count alike, but not added up: two halves hold no file of the whole size.
    Instance-store disks do not count, for they are empty again after a stop.
    """
    sizes = [
        number(value_at(volume.settings, "volumeSize")) or 0
        for volume in volumes(resource_type, properties)
        if value_at(volume.settings, "volumeType") in SSD_VOLUME_TYPES
    ]
    if max(sizes, default=0) < floor.ssd_gb:
        found = (
            f"the largest SSD volume holds {max(sizes):g} GB" if sizes else "no volume is an SSD"
        )
        yield (
            f"{found}; {floor.storage_needed}. Set volumeSize to {floor.ssd_gb} or more and "
            "volumeType to gp3 on one volume."
        )


def _compute_shortfalls(candidate: InstanceType, floor: Floor) -> list[str]:
    short: list[str] = []
    if candidate.vcpu < floor.vcpu:
        short.append(f"{candidate.vcpu} vCPU")
    if candidate.memory_mib < floor.memory_gib * 1024:
        short.append(f"{candidate.memory_mib / 1024:.4g} GiB of memory")
    if candidate.baseline_gbps is None:
        short.append("a baseline bandwidth that AWS does not state")
    elif candidate.baseline_gbps < floor.network_gbps:
        short.append(f"{candidate.baseline_gbps:g} Gbps of baseline bandwidth")
    return short


def _advice(
    floor: Floor,
    types: Mapping[str, InstanceType],
    rejected: InstanceType | None,
    *,
    local_ssd: bool,
) -> str:
    """Two types that comply, the likeliest to please first.

    Likeliest is the rejected type's own family, then what runs the same programs, is still current
    and general-purpose; among those the smallest, which is the cheapest shape.
    """

    def distance(candidate: InstanceType) -> tuple[bool, bool, bool, bool, int, int, int, str]:
        return (
            rejected is not None and candidate.family != rejected.family,
            rejected is not None and candidate.architecture != rejected.architecture,
            not candidate.current_generation,
            not candidate.general_purpose,
            candidate.vcpu,
            candidate.memory_mib,
            candidate.local_ssd_gb,
            candidate.name,
        )

    compliant = (
        candidate
        for candidate in types.values()
        if not _compute_shortfalls(candidate, floor)
        and not (local_ssd and candidate.local_ssd_gb < floor.ssd_gb)
    )
    names = [candidate.name for candidate in heapq.nsmallest(2, compliant, key=distance)]
    return f"Use {' or '.join(names)}."


def _listed(items: Sequence[str]) -> str:
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]
