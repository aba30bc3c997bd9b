"""PostgreSQL writes its audit log."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameter_groups import is_of, parameters
from evaluation.references import guide, pci
from evaluation.resource_types import DATABASE_PARAMETERS
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

ON = ("1", "on", "true", "True")
SECTION = "guide, Audit Logging 1"


def check(resource: Resource) -> Iterator[str]:
    """Ask for pgaudit: loaded, for all classes of statements, with each relation."""
    if not is_of(resource.props, "postgres"):
        return
    given = parameters(resource.props)
    loaded = [name.strip() for name in given.get("shared_preload_libraries", "").split(",")]
    if "pgaudit" not in loaded:
        yield (
            "shared_preload_libraries does not load pgaudit, so nothing is audited "
            f"({SECTION}). Add pgaudit to it."
        )
    logged = given.get("pgaudit.log")
    if logged is None or logged.lower() != "all":
        yield (
            f"pgaudit.log is {logged or 'not set'}; everything is audited ({SECTION}). "
            "Set it to all."
        )
    if given.get("pgaudit.log_relation") not in ON:
        yield (
            "pgaudit.log_relation is not on, so a statement does not tell all tables that it "
            f"touched ({SECTION}). Set it to 1."
        )


DATABASE_AUDIT = ResourceRule(
    name="database-audit",
    title="PostgreSQL audits all statements",
    why="Without it nobody can tell afterwards who read or changed what.",
    severity=Severity.HIGH,
    references=(guide("Audit Logging 1"), pci("10.2.1")),
    fix="Load pgaudit, and set pgaudit.log to all and pgaudit.log_relation to 1.",
    example=Example(
        violates="parameters: [{name: pgaudit.log, value: ddl}]",
        complies="parameters: [{name: pgaudit.log, value: all}]",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(DATABASE_PARAMETERS,),
    check=check,
)
