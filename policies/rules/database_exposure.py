"""RDS instances have no public address."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_off, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject publicly accessible databases; RDS's own default is private."""
    if not is_off(value_at(resource.props, "publiclyAccessible")):
        yield (
            "publiclyAccessible is on; only the load balancer may be reached from the internet. "
            "Set it to false."
        )


DATABASE_EXPOSURE = ResourceRule(
    name="database-exposure",
    title="Databases are not publicly accessible",
    why="A database with a public address is one security group rule away from everybody.",
    severity=Severity.CRITICAL,
    references=(
        guide("Security Hardening 1"),
        cis("2.3.3"),
        fsbp("RDS.2"),
        pci("1.4.4"),
    ),
    fix="Set publiclyAccessible to false.",
    example=Example(
        violates="publiclyAccessible: true",
        complies="publiclyAccessible: false",
    ),
    resource_types=(DATABASE,),
    check=check,
)
