"""Every database has a replica to fail over to."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_given
from evaluation.references import guide
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule


def check(database: Resource, stack: Stack) -> Iterator[str]:
    """Reject a primary that no replica of the stack has as its source."""
    if is_given(database.props, "replicateSourceDb"):
        return
    named = stack.attached(database, (DATABASE,), "replicateSourceDb", "identifier")
    if not named and not stack.made_from(database, (DATABASE,), "replicateSourceDb"):
        yield (
            f"database {database.name} has no replica in this stack, so there is none to fail over "
            "to (guide, Business Continuity 1). Add an Instance with replicateSourceDb."
        )


DATABASE_REPLICA = StackRule(
    name="database-replica",
    title="Databases have a replica",
    why="The guide's failover goes to the backup database, and reports read from it.",
    severity=Severity.HIGH,
    references=(guide("Business Continuity 1"),),
    fix="Add an Instance whose replicateSourceDb is the database's identifier.",
    example=Example(
        violates="an Instance alone", complies="an Instance, and another one with replicateSourceDb"
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(DATABASE,),
    check=check,
)
