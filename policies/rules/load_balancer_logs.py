"""Load balancers log who asked for what."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, value_at
from evaluation.references import fsbp, guide
from evaluation.resource_types import LOAD_BALANCERS
from evaluation.resources import Resource
from evaluation.rule import Example, OnUnknown, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Ask for access logs."""
    if not is_true(value_at(resource.props, "accessLogs", "enabled")):
        yield (
            "accessLogs.enabled is not true, so nobody can tell afterwards who asked for what. "
            "Set accessLogs to a bucket, with enabled true."
        )


LOAD_BALANCER_LOGS = ResourceRule(
    name="load-balancer-logs",
    title="Load balancers write access logs",
    why="The load balancer is the one place that sees every request with its sender.",
    severity=Severity.MEDIUM,
    references=(guide("Security Monitoring 1"), fsbp("ELB.5")),
    fix="Set accessLogs.enabled to true and accessLogs.bucket to a bucket for logs.",
    example=Example(
        violates="accessLogs: {enabled: false}",
        complies="accessLogs: {enabled: true, bucket: <the log bucket>}",
    ),
    on_unknown=OnUnknown.REPORT,
    resource_types=LOAD_BALANCERS,
    check=check,
)
