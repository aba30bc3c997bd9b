"""RDS instances, replicas included, meet the hardware minimum of a database server."""

from collections.abc import Iterator

from catalogue.instance_types import catalogue
from evaluation.floors import DATABASE_SERVER, compute_violations
from evaluation.levels import Severity
from evaluation.properties import is_given, number, value_at
from evaluation.references import guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.volumes import SSD_VOLUME_TYPES


def check(resource: Resource) -> Iterator[str]:
    """Hold the class and the storage against the floor.

    A replica may leave its storage out, for it then has its source's; its class is its own.
    """
    yield from compute_violations(
        "instanceClass",
        value_at(resource.props, "instanceClass"),
        floor=DATABASE_SERVER,
        types=catalogue().rds,
    )
    # At preview a replica's source is often not known yet; that it has one is enough here.
    inherits = is_given(resource.props, "replicateSourceDb")
    allocated = value_at(resource.props, "allocatedStorage")
    if not (allocated is None and inherits):
        size = number(allocated)
        if size is None or size < DATABASE_SERVER.ssd_gb:
            found = "not given as a number" if size is None else f"{size:g} GB"
            yield (
                f"allocatedStorage is {found}; {DATABASE_SERVER.storage_needed}. "
                f"Set allocatedStorage to {DATABASE_SERVER.ssd_gb} or more."
            )
    kind = value_at(resource.props, "storageType")
    if not (kind is None and inherits) and kind not in SSD_VOLUME_TYPES:
        yield (
            f"storageType is {kind or 'not set'}; {DATABASE_SERVER.storage_needed}. "
            "Set storageType to gp3."
        )


DATABASE_FLOOR = ResourceRule(
    name="database-floor",
    title="Databases have at least 8 vCPU, 32 GiB of memory, 500 GB of SSD and 1 Gbps",
    why="The tuning of the database presumes this hardware; on less it swaps, or fills its disk.",
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 2"),),
    fix=(
        "Choose one of the classes that the message names, 500 GB or more, and gp3; replicas as"
        " well, for one of them may have to take over."
    ),
    example=Example(
        violates="instanceClass: db.t3.medium",
        complies="instanceClass: db.m6i.2xlarge",
    ),
    resource_types=(DATABASE,),
    check=check,
)
