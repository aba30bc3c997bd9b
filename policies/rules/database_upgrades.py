"""Databases take minor versions, which mend faults, of themselves."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject upgrades that are switched off; RDS's own default is on."""
    automatic = value_at(resource.props, "autoMinorVersionUpgrade")
    if automatic is not None and not is_true(automatic):
        yield (
            "autoMinorVersionUpgrade is off, so known faults stay until somebody upgrades. "
            "Set it to true."
        )


DATABASE_UPGRADES = ResourceRule(
    name="database-upgrades",
    title="Databases take minor versions automatically",
    why="Minor versions close holes that are known to everybody from that day on.",
    severity=Severity.MEDIUM,
    references=(guide("Regular Maintenance"), cis("2.3.2"), fsbp("RDS.13"), pci("6.3.3")),
    fix="Set autoMinorVersionUpgrade to true.",
    example=Example(
        violates="autoMinorVersionUpgrade: false", complies="autoMinorVersionUpgrade: true"
    ),
    resource_types=(DATABASE,),
    check=check,
)
