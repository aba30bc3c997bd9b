"""Databases send their logs to CloudWatch."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.parameters import Names, names
from evaluation.properties import entries, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resource_types import DATABASE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for each of the logs; what pgaudit writes is in `postgresql`."""
    exported = entries(value_at(resource.props, "enabledCloudwatchLogsExports"))
    missing = [log for log in names(resource.parameters, "logs") if log not in exported]
    if missing:
        yield (
            f"enabledCloudwatchLogsExports lacks {' and '.join(missing)}, so these logs are kept "
            "on the instance for some days only. Add what is missing."
        )


DATABASE_LOGS = ResourceRule(
    name="database-logs",
    title="Databases send their logs to CloudWatch",
    why="The audit log is in the database's own log, which is gone with the instance.",
    severity=Severity.MEDIUM,
    references=(guide("Audit Logging 1"), fsbp("RDS.9"), fsbp("RDS.36"), pci("10.2.1")),
    fix="Set enabledCloudwatchLogsExports to postgresql and upgrade.",
    example=Example(
        violates="enabledCloudwatchLogsExports: []",
        complies="enabledCloudwatchLogsExports: [postgresql, upgrade]",
    ),
    parameters={
        "logs": Names(default=("postgresql", "upgrade"), meaning="the logs that are exported")
    },
    resource_types=(DATABASE,),
    check=check,
)
