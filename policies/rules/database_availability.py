"""Databases have a standby in another zone."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, is_true, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask primaries for a standby; a replica is one of its own kind."""
    if is_given(resource.props, "replicateSourceDb"):
        return
    if not is_true(value_at(resource.props, "multiAz")):
        yield "multiAz is not true, so the loss of a zone stops the database. Set it to true."


DATABASE_AVAILABILITY = ResourceRule(
    name="database-availability",
    title="Databases have a standby in another zone",
    why="A standby takes over within two minutes; a restore takes hours.",
    severity=Severity.HIGH,
    references=(guide("Business Continuity 1"), fsbp("RDS.5")),
    fix="Set multiAz to true.",
    example=Example(violates="multiAz: false", complies="multiAz: true"),
    resource_types=(DATABASE,),
    check=check,
)
