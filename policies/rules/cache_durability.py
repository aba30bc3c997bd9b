"""ElastiCache keeps what is cached when a node, or all of them, are lost."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import is_true, number, value_at
from evaluation.resource_types import CACHE

FLAGS = ("automaticFailoverEnabled", "multiAzEnabled")


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Ask for a replica that takes over from another zone, and for snapshots.

    ElastiCache has no append-only file, so nothing else brings the data back.
    """
    for flag in FLAGS:
        if not is_true(value_at(args.props, flag)):
            yield (
                f"{flag} is not true, so what is cached can be lost with one node or zone. "
                "Set it to true."
            )
    days = number(value_at(args.props, "snapshotRetentionLimit"))
    if days is None or days < 1:
        yield (
            "snapshotRetentionLimit is not at least 1, so what is cached is lost with the nodes. "
            "Set it to the days that snapshots are kept."
        )


CACHE_DURABILITY = resource_policy(
    name="cache-durability",
    description=(
        "Cache nodes fail over and have snapshots, in place of the append-only file "
        "(guide, Performance Tuning 2)."
    ),
    severity=Severity.MEDIUM,
    resource_types=(CACHE,),
    check=check,
)
