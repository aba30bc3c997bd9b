"""Logs are kept for a year."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameters import Number, figure
from evaluation.properties import number, value_at
from evaluation.references import guide, pci, security_hub
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


def check(resource: Resource) -> Iterator[str]:
    """Reject a retention that is too short; without one, or with 0, logs never expire."""
    given = value_at(resource.props, "retentionInDays")
    days = number(given)
    if given is None or days == 0:
        return
    least = figure(resource.parameters, "days")
    if days is None or days < least:
        found = "not given as a number" if days is None else f"{days:g} days"
        yield (
            f"retentionInDays is {found}; logs are kept at least {least:g} days. "
            f"Set it to {least:g}."
        )


LOG_RETENTION = ResourceRule(
    name="log-retention",
    title="Logs are kept at least 365 days",
    why="What led to an incident is often months old when the incident is found.",
    severity=Severity.MEDIUM,
    references=(guide("Compliance: Audit Logging"), security_hub("CloudWatch.16"), pci("10.5.1")),
    fix="Set retentionInDays to 365 or more.",
    example=Example(violates="retentionInDays: 30", complies="retentionInDays: 365"),
    on_unknown=OnUnknown.REPORT,
    parameters={"days": Number(default=365, minimum=1, meaning="least number of days")},
    resource_types=(LOG_GROUP,),
    check=check,
)
