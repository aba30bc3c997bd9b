"""ElastiCache nodes meet the hardware minimum of a cache server."""

from collections.abc import Iterator

from catalogue.instance_types import catalogue
from evaluation.floors import CACHE_SERVER, compute_violations
from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import guide
from evaluation.resource_types import CACHE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Hold the node type against the floor, SSD included.

    A node has no volumes: only the r6gd family has an SSD, and only data tiering puts it to use.
    """
    yield from compute_violations(
        "nodeType",
        value_at(resource.props, "nodeType"),
        floor=CACHE_SERVER,
        types=catalogue().elasticache,
        local_ssd=True,
    )
    if not is_true(value_at(resource.props, "dataTieringEnabled")):
        yield (
            "dataTieringEnabled is not true, so the nodes use no SSD; "
            f"{CACHE_SERVER.storage_needed}. Set dataTieringEnabled to true."
        )


CACHE_FLOOR = ResourceRule(
    name="cache-floor",
    title="Cache nodes have at least 4 vCPU, 16 GiB of memory, 50 GB of SSD and 1 Gbps",
    why="A node that leaves Redis less memory evicts what sessions and presence live on.",
    severity=Severity.HIGH,
    references=(guide("Hardware Requirements 3"),),
    fix="Choose a node type with data tiering (cache.r6gd) and set dataTieringEnabled.",
    example=Example(
        violates="nodeType: cache.t3.micro",
        complies="nodeType: cache.r6gd.xlarge, dataTieringEnabled: true",
    ),
    resource_types=(CACHE,),
    check=check,
)
