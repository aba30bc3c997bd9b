"""Databases tell what their operating system does."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, number, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for enhanced monitoring, and for the role that RDS delivers it with."""
    seconds = number(value_at(resource.props, "monitoringInterval"))
    if seconds is None or seconds <= 0:
        found = "not given as a number" if seconds is None else f"{seconds:g}"
        yield (
            f"monitoringInterval is {found}, so nobody sees which process takes the processor, the "
            "memory or the disk. Set it to 60 or less, with a monitoringRoleArn."
        )
    elif not is_given(resource.props, "monitoringRoleArn"):
        yield (
            "monitoringRoleArn is not set, and RDS delivers no metrics without it. Set it to a "
            "role that monitoring.rds.amazonaws.com may take."
        )


DATABASE_MONITORING = ResourceRule(
    name="database-monitoring",
    title="Databases have enhanced monitoring",
    why="CloudWatch's own metrics come from outside the server, and tell of no process in it.",
    severity=Severity.LOW,
    references=(guide("Monitoring: Metrics Collection"), fsbp("RDS.6")),
    fix="Set monitoringInterval to 60 or less, and monitoringRoleArn.",
    example=Example(violates="monitoringInterval: 0", complies="monitoringInterval: 60"),
    resource_types=(DATABASE,),
    check=check,
)
