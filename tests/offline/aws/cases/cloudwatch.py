"""CloudWatch alarms."""

from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase

BALANCER = {"LoadBalancer": "app/balancer/1"}


def a_topic(account: Account) -> str:
    return account.create("aws:sns/topic:Topic", name=account.unique("alerts"))["arn"]


def share_of_errors(period: int) -> list[dict[str, Any]]:
    """Metric math: errors per hundred requests."""
    return [
        {
            "id": "share",
            "expression": "100 * errors / requests",
            "label": "Errors",
            "returnData": True,
        },
        *(
            {
                "id": query,
                "metric": {
                    "metricName": name,
                    "namespace": "AWS/ApplicationELB",
                    "dimensions": BALANCER,
                    "period": period,
                    "stat": "Sum",
                },
                "returnData": False,
            }
            for query, name in (
                ("errors", "HTTPCode_Target_5XX_Count"),
                ("requests", "RequestCount"),
            )
        ),
    ]


def metric_alarm(account: Account) -> Case:
    cloudwatch = account.client("cloudwatch")
    return Case(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs={
            "name": account.unique("alarm"),
            "alarmDescription": "Servers are unhealthy.",
            "actionsEnabled": False,
            "alarmActions": [a_topic(account)],
            "okActions": [a_topic(account)],
            "insufficientDataActions": [a_topic(account)],
            "namespace": "AWS/ApplicationELB",
            "metricName": "UnHealthyHostCount",
            "dimensions": BALANCER,
            "statistic": "Maximum",
            "period": 60,
            "unit": "Count",
            "evaluationPeriods": 3,
            "datapointsToAlarm": 2,
            "threshold": 0,
            "comparisonOperator": "GreaterThanThreshold",
            "treatMissingData": "notBreaching",
            "tags": TAGS,
        },
        changes={
            "alarmDescription": "A server is unhealthy.",
            "actionsEnabled": True,
            "alarmActions": [a_topic(account)],
            "okActions": [a_topic(account)],
            "insufficientDataActions": [a_topic(account)],
            "namespace": "AWS/RDS",
            "metricName": "CPUUtilization",
            "dimensions": {"DBInstanceIdentifier": "primary"},
            "statistic": "Average",
            "period": 300,
            "unit": "Percent",
            "evaluationPeriods": 5,
            "datapointsToAlarm": 4,
            "threshold": 80.5,
            "comparisonOperator": "GreaterThanOrEqualToThreshold",
            "treatMissingData": "breaching",
            "tags": NEW_TAGS,
        },
        meddle=lambda state: cloudwatch.delete_alarms(AlarmNames=[state["id"]]),
        drift=None,
    )


def metric_math_alarm(account: Account) -> Case:
    cloudwatch = account.client("cloudwatch")
    return Case(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs={
            "name": account.unique("alarm"),
            "metricQueries": share_of_errors(60),
            "evaluationPeriods": 3,
            "threshold": 5,
            "comparisonOperator": "GreaterThanThreshold",
        },
        changes={
            "metricQueries": share_of_errors(300),
            "evaluationPeriods": 5,
            "threshold": 2.5,
            "comparisonOperator": "LessThanThreshold",
        },
        meddle=lambda state: cloudwatch.delete_alarms(AlarmNames=[state["id"]]),
        drift=None,
    )


def percentile_alarm(account: Account) -> Case:
    cloudwatch = account.client("cloudwatch")
    return Case(
        token="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs={
            "name": account.unique("alarm"),
            "namespace": "AWS/ApplicationELB",
            "metricName": "TargetResponseTime",
            "dimensions": BALANCER,
            "extendedStatistic": "p99",
            "evaluateLowSampleCountPercentiles": "ignore",
            "period": 60,
            "evaluationPeriods": 5,
            "threshold": 1,
            "comparisonOperator": "GreaterThanThreshold",
        },
        changes={
            "namespace": "messaging-app",
            "metricName": "Latency",
            "dimensions": {"Environment": "test"},
            "extendedStatistic": "p95",
            "evaluateLowSampleCountPercentiles": "evaluate",
            "period": 300,
            "evaluationPeriods": 3,
            "threshold": 0.5,
            "comparisonOperator": "LessThanThreshold",
        },
        meddle=lambda state: cloudwatch.delete_alarms(AlarmNames=[state["id"]]),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (metric_alarm, metric_math_alarm, percentile_alarm)
