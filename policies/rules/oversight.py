"""A stack with servers has alarms, and a record of what is done to it."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.references import cis, fsbp, guide, pci
from evaluation.resource_types import AUTO_SCALING_GROUP, INSTANCE
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, OnUnknown, StackRule

SERVERS = (AUTO_SCALING_GROUP, INSTANCE)

WATCHERS = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        "no alarm, so nobody hears of a fault. Add a MetricAlarm for what it serves"
    ),
    "aws:cloudtrail/trail:Trail": (
        "no audit trail, so nobody can tell afterwards who changed what. Add a Trail"
    ),
}


def check(server: Resource, stack: Stack) -> Iterator[str]:
    """Ask once for the whole stack: of whichever of its servers comes first."""
    if server is not stack.first_of(SERVERS):
        return
    for kind, lack in WATCHERS.items():
        if stack.first_of((kind,)) is None:
            yield f"the stack has servers and {lack}."


OVERSIGHT = StackRule(
    name="oversight",
    title="A stack with servers has alarms and an audit trail",
    why="What nobody watches fails unnoticed, and is misused unnoticed.",
    severity=Severity.MEDIUM,
    references=(
        guide("Monitoring: Alerting"),
        guide("Compliance: Audit Logging"),
        cis("3.1"),
        fsbp("CloudTrail.1"),
        pci("10.2.1"),
    ),
    fix="Add alarms for what the servers serve, and a trail.",
    example=Example(violates="a Group alone", complies="a Group, its MetricAlarms and a Trail"),
    on_unknown=OnUnknown.REPORT,
    resource_types=SERVERS,
    beside=WATCHERS,
    check=check,
)
