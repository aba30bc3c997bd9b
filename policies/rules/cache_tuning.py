"""Redis on ElastiCache evicts as the guide says."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameter_groups import is_of, parameters
from evaluation.references import guide
from evaluation.resource_types import CACHE_PARAMETERS
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

POLICY = "allkeys-lru"


def check(resource: Resource) -> Iterator[str]:
    """Ask for the eviction policy; of the guide's other values ElastiCache sets none."""
    if not is_of(resource.props, "redis", "valkey"):
        return
    found = parameters(resource.props).get("maxmemory-policy")
    if found != POLICY:
        yield (
            f"maxmemory-policy is {found or 'not set'}; the guide's value is {POLICY} "
            f"(guide, Performance Tuning 2). Set it to {POLICY}."
        )


CACHE_TUNING = ResourceRule(
    name="cache-tuning",
    title="Redis evicts the least recently used of all keys",
    why="The default evicts only keys that expire: once the rest fills the memory, writes fail.",
    severity=Severity.MEDIUM,
    references=(guide("Performance Tuning 2"),),
    fix="Set maxmemory-policy to allkeys-lru in the parameter group.",
    example=Example(
        violates="parameters: [{name: maxmemory-policy, value: noeviction}]",
        complies="parameters: [{name: maxmemory-policy, value: allkeys-lru}]",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(CACHE_PARAMETERS,),
    check=check,
)
