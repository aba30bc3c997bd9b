"""Databases are PostgreSQL, of a version that the guide supports."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given, value_at
from evaluation.references import guide, pci
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule
from evaluation.versions import is_older, version, written

OLDEST = (14,)
NEEDED = f"PostgreSQL {written(OLDEST)} or newer is needed (guide, Software Requirements 2)"
ORIGINS = ("replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime")
"""What brings engine and version along, where they are not given."""


def check(resource: Resource) -> Iterator[str]:
    """Reject other engines, old versions, and versions left to AWS."""
    inherits = any(is_given(resource.props, origin) for origin in ORIGINS)
    engine = value_at(resource.props, "engine")
    if engine != "postgres" and not (engine is None and inherits):
        yield f"engine is {engine or 'not set'}; {NEEDED}. Set engine to postgres."
        return
    given = value_at(resource.props, "engineVersion")
    if given is None and inherits:
        return
    found = version(given)
    if found is None:
        yield f"engineVersion is {given or 'not set'}; {NEEDED}. Set it to a version such as 16.11."
    elif is_older(found, OLDEST):
        yield f"engineVersion is {given}; {NEEDED}. Set it to a version such as 16.11."


DATABASE_VERSION = ResourceRule(
    name="database-version",
    title="Databases are PostgreSQL 14 or newer",
    why="Migrations and queries rely on it, and older versions are at the end of their support.",
    severity=Severity.MEDIUM,
    references=(guide("Software Requirements 2"), pci("6.3.3")),
    fix="Set engine to postgres and engineVersion to a supported version.",
    example=Example(violates='engineVersion: "13.9"', complies='engineVersion: "16.11"'),
    resource_types=(DATABASE,),
    check=check,
)
