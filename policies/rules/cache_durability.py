"""ElastiCache keeps what is cached when a node, or all of them, are lost."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, number, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import CACHE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

FLAGS = ("automaticFailoverEnabled", "multiAzEnabled")


def check(resource: Resource) -> Iterator[str]:
    """Ask for a replica that takes over from another zone, and for snapshots.

    ElastiCache has no append-only file, so nothing else brings the data back.
    """
    for flag in FLAGS:
        if not is_true(value_at(resource.props, flag)):
            yield (
                f"{flag} is not true, so what is cached can be lost with one node or zone. "
                "Set it to true."
            )
    days = number(value_at(resource.props, "snapshotRetentionLimit"))
    if days is None or days < 1:
        yield (
            "snapshotRetentionLimit is not at least 1, so what is cached is lost with the nodes. "
            "Set it to the days that snapshots are kept."
        )


CACHE_DURABILITY = ResourceRule(
    name="cache-durability",
    title="Cache nodes fail over and have snapshots, in place of the append-only file",
    why=(
        "ElastiCache has no append-only file: without a replica and snapshots a lost node takes"
        " its data along."
    ),
    severity=Severity.MEDIUM,
    references=(
        guide("Performance Tuning 2"),
        fsbp("ElastiCache.1"),
        fsbp("ElastiCache.3"),
    ),
    fix=(
        "Set automaticFailoverEnabled and multiAzEnabled to true, and snapshotRetentionLimit to"
        " some days."
    ),
    example=Example(
        violates="multiAzEnabled: false",
        complies="multiAzEnabled: true",
    ),
    resource_types=(CACHE,),
    check=check,
)
