"""Databases keep their automated backups long enough."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameters import Number, figure
from evaluation.properties import is_given, number, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject backups that are off or too short; those of a replica are its primary's."""
    given = value_at(resource.props, "backupRetentionPeriod")
    if given is None and is_given(resource.props, "replicateSourceDb"):
        return
    least = figure(resource.parameters, "days")
    days = number(given)
    if days is None or days < least:
        found = "not given as a number" if days is None else f"{days:g} days"
        yield (
            f"backupRetentionPeriod is {found}; backups are kept at least {least:g} days "
            f"(guide, Backup Procedures 1). Set it to {least:g} or more."
        )


DATABASE_BACKUPS = ResourceRule(
    name="database-backups",
    title="Databases keep their backups at least 7 days",
    why="A fault in the data is often found days after it was made.",
    severity=Severity.HIGH,
    references=(guide("Backup Procedures 1"), fsbp("RDS.11")),
    fix="Set backupRetentionPeriod to 7 or more.",
    example=Example(violates="backupRetentionPeriod: 1", complies="backupRetentionPeriod: 14"),
    parameters={"days": Number(default=7, minimum=1, meaning="least number of days")},
    resource_types=(DATABASE,),
    check=check,
)
