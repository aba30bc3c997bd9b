"""ElastiCache nodes meet the hardware minimum of a cache server."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from catalogue.instance_types import catalogue
from evaluation.floors import CACHE_SERVER, compute_violations
from evaluation.mandatory import resource_policy
from evaluation.properties import is_true, value_at
from evaluation.resource_types import CACHE


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Hold the node type against the floor, SSD included.

    A node has no volumes: only the r6gd family has an SSD, and only data tiering puts it to use.
    """
    yield from compute_violations(
        "nodeType",
        value_at(args.props, "nodeType"),
        floor=CACHE_SERVER,
        types=catalogue().elasticache,
        local_ssd=True,
    )
    if not is_true(value_at(args.props, "dataTieringEnabled")):
        yield (
            "dataTieringEnabled is not true, so the nodes use no SSD; "
            f"{CACHE_SERVER.storage_needed}. Set dataTieringEnabled to true."
        )


CACHE_FLOOR = resource_policy(
    name="cache-floor",
    description=(
        "Cache nodes have at least 4 vCPU, 16 GiB of memory, 50 GB of SSD and 1 Gbps "
        "(guide, Hardware Requirements 3)."
    ),
    severity=Severity.HIGH,
    resource_types=(CACHE,),
    check=check,
)
