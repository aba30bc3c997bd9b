"""CloudWatch alarms, for what Prometheus cannot see or cannot tell once it is down itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_aws import cloudwatch

from components.identity import Identity, Role

Comparison = Literal[">", ">=", "<"]
Missing = Literal["breaching", "notBreaching", "missing", "ignore"]

RUNBOOK = "docs/runbooks/alarms.md"

COMPARISONS: Mapping[Comparison, str] = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
}

RESULT = "result"
"""What an expression's own query is called."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One time series of CloudWatch, and how its values within a period become one."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str
    """`Average`, `Sum`, `Minimum`, `Maximum`, or a percentile such as `p99`."""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What is wrong when, and whether silence is good news."""

    role: Role
    runbook: str
    """Heading of its section in docs/runbooks/alarms.md, which several alarms may share."""
    summary: str
    """What it means, in a sentence."""
    metrics: Mapping[str, Metric]
    """By the name that `expression` uses; just one without an expression."""
    expression: str | None = None
    """Metric math whose result is compared instead."""
    comparison: Comparison
    threshold: float
    period_seconds: int = 60
    periods: int
    """How many in a row must be wrong."""
    missing: Missing
    """What a period without data counts as."""
    actions: Sequence[pulumi.Input[str]] = ()
    """What CloudWatch does besides telling the topic."""


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """Which alarms, and whom they tell."""

    identity: Identity
    topic_arn: pulumi.Input[str]
    alarms: Mapping[str, Alarm]
    """By the last part of their names."""
    region: str | None = None
    """Where the metrics and the topic are; None: in the region of the stack."""


class Alarms(pulumi.ComponentResource):
    """Alarms that tell one topic when they go off and when they are over."""

    names: dict[str, str]
    """The alarms' physical names, by the keys of the arguments."""

    def __init__(
        self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Alarms", name, None, opts)
        self.names = {key: args.identity.name(key, limit=255) for key in args.alarms}
        for key, alarm in args.alarms.items():
            self._alarm(f"{name}-{key}", self.names[key], args, alarm)
        self.register_outputs({})

    def _alarm(self, name: str, physical_name: str, args: AlarmsArgs, alarm: Alarm) -> None:
        single = alarm.expression is None
        metric = next(iter(alarm.metrics.values())) if single else None
        is_percentile = metric is not None and metric.statistic.startswith("p")
        cloudwatch.MetricAlarm(
            name,
            name=physical_name,
            alarm_description=f"{alarm.summary} {RUNBOOK}#{alarm.runbook}",
            comparison_operator=COMPARISONS[alarm.comparison],
            threshold=alarm.threshold,
            evaluation_periods=alarm.periods,
            treat_missing_data=alarm.missing,
            alarm_actions=[args.topic_arn, *alarm.actions],
            ok_actions=[args.topic_arn],
            namespace=metric.namespace if metric else None,
            metric_name=metric.name if metric else None,
            dimensions=metric.dimensions if metric else None,
            period=alarm.period_seconds if metric else None,
            statistic=metric.statistic if metric and not is_percentile else None,
            extended_statistic=metric.statistic if metric and is_percentile else None,
            metric_queries=None if single else _queries(alarm),
            region=args.region,
            tags=args.identity.tags(alarm.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _queries(alarm: Alarm) -> list[cloudwatch.MetricAlarmMetricQueryArgs]:
    return [
        cloudwatch.MetricAlarmMetricQueryArgs(
            id=RESULT, expression=alarm.expression, label=alarm.runbook, return_data=True
        ),
        *(
            cloudwatch.MetricAlarmMetricQueryArgs(
                id=key,
                metric=cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace=metric.namespace,
                    metric_name=metric.name,
                    dimensions=metric.dimensions,
                    period=alarm.period_seconds,
                    stat=metric.statistic,
                ),
                return_data=False,
            )
            for key, metric in alarm.metrics.items()
        ),
    ]
