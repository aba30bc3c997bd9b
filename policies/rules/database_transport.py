"""PostgreSQL takes encrypted connections only."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameter_groups import is_of, parameters
from evaluation.references import guide, pci, security_hub
from evaluation.resource_types import DATABASE_PARAMETERS
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for `rds.force_ssl`; the default depends on PostgreSQL's version."""
    if not is_of(resource.props, "postgres"):
        return
    found = parameters(resource.props).get("rds.force_ssl")
    if found != "1":
        yield (
            f"rds.force_ssl is {found or 'not set'}, so clients may connect in plain text. "
            "Set it to 1."
        )


DATABASE_TRANSPORT = ResourceRule(
    name="database-transport",
    title="PostgreSQL takes encrypted connections only",
    why="Messages and passwords in plain text can be read on the network.",
    severity=Severity.HIGH,
    references=(guide("Compliance: Data Protection"), security_hub("RDS.38"), pci("4.2.1")),
    fix="Set rds.force_ssl to 1 in the parameter group.",
    example=Example(
        violates='parameters: [{name: rds.force_ssl, value: "0"}]',
        complies='parameters: [{name: rds.force_ssl, value: "1"}]',
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=(DATABASE_PARAMETERS,),
    check=check,
)
