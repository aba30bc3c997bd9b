"""Databases are not deleted by mistake, and leave a snapshot when they are."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, is_off, is_true, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for protection, and of a primary for a final snapshot: a replica has none."""
    if not is_true(value_at(resource.props, "deletionProtection")):
        yield "deletionProtection is not true, so one command deletes the database. Set it to true."
    if is_given(resource.props, "replicateSourceDb"):
        return
    if not is_off(value_at(resource.props, "skipFinalSnapshot")):
        yield (
            "skipFinalSnapshot is on, so nothing is left of a deleted database. Set it to false, "
            "with a finalSnapshotIdentifier."
        )
    elif not is_given(resource.props, "finalSnapshotIdentifier"):
        yield (
            "finalSnapshotIdentifier is not set, and RDS deletes no database without it. Set it "
            "to the name that the last snapshot will have."
        )


DATABASE_PROTECTION = ResourceRule(
    name="database-protection",
    title="Databases are protected from deletion and leave a final snapshot",
    why="A deleted database takes its automated backups along.",
    severity=Severity.HIGH,
    references=(guide("Backup and Recovery"), fsbp("RDS.8")),
    fix="Set deletionProtection to true, skipFinalSnapshot to false and finalSnapshotIdentifier.",
    example=Example(violates="deletionProtection: false", complies="deletionProtection: true"),
    resource_types=(DATABASE,),
    check=check,
)
