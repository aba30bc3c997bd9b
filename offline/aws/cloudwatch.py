"""CloudWatch: alarms over a metric, or over an expression of several."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope


def _dimensions(named: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in named.items()]


def _told_dimensions(told: list[dict[str, str]]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in told}


def _queries(given: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The program has in one object what AWS splits into a metric and its statistic."""
    return [_query(query) for query in given]


def _query(given: Mapping[str, Any]) -> dict[str, Any]:
    query = pascal({name: value for name, value in given.items() if name != "metric"})
    if "metric" not in given:
        return query
    metric = dict(given["metric"])
    statistic = {name: metric.pop(name) for name in ("period", "stat", "unit") if name in metric}
    dimensions = _dimensions(metric.pop("dimensions", {}))
    return {
        **query,
        "MetricStat": {
            **pascal(statistic),
            "Metric": {**pascal(metric), "Dimensions": dimensions},
        },
    }


def _told_queries(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [_told_query(query) for query in told]


def _told_query(told: Mapping[str, Any]) -> dict[str, Any]:
    query = camel({name: value for name, value in told.items() if name != "MetricStat"})
    if "MetricStat" not in told:
        return query
    statistic = dict(told["MetricStat"])
    metric = dict(statistic.pop("Metric"))
    dimensions = _told_dimensions(metric.pop("Dimensions", []))
    return {
        **query,
        "metric": {**camel(statistic), **camel(metric), "dimensions": dimensions},
    }


def _tags(client: Any, state: Scope, _: Scope) -> Mapping[str, Any]:
    told = invoke(client, "list_tags_for_resource", {"ResourceARN": state["arn"]})
    return {"tags": tag_map(told["Tags"])}


ALARM: Mapping[str, Any] = {
    "AlarmName": P("name", replaces=True),
    "AlarmDescription": P("alarmDescription", default=""),
    "ActionsEnabled": P("actionsEnabled", default=True),
    "AlarmActions": P("alarmActions", default=[]),
    "OKActions": P("okActions", default=[]),
    "InsufficientDataActions": P("insufficientDataActions", default=[]),
    "Namespace": P("namespace"),
    "MetricName": P("metricName"),
    "Dimensions": P("dimensions", _dimensions, default={}),
    "Statistic": P("statistic"),
    "ExtendedStatistic": P("extendedStatistic"),
    "Period": P("period"),
    "Unit": P("unit"),
    "EvaluationPeriods": P("evaluationPeriods"),
    "DatapointsToAlarm": P("datapointsToAlarm"),
    "Threshold": P("threshold"),
    "ComparisonOperator": P("comparisonOperator"),
    "TreatMissingData": P("treatMissingData", default="missing"),
    "EvaluateLowSampleCountPercentile": P("evaluateLowSampleCountPercentiles", default="evaluate"),
    "Metrics": P("metricQueries", _queries),
}

METRIC_ALARM = Resource(
    token="aws:cloudwatch/metricAlarm:MetricAlarm",
    service="cloudwatch",
    create=Call(
        "put_metric_alarm",
        {
            **ALARM,
            "Tags": P("tags", tag_list),
        },
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    update=(
        Call("put_metric_alarm", ALARM),
        retag("tag_resource", "untag_resource", {"ResourceARN": K("arn")}),
    ),
    read=(
        Read(
            "describe_alarms",
            {"AlarmNames": [ID]},
            "MetricAlarms[0]",
            {
                "arn": "AlarmArn",
                "name": "AlarmName",
                "alarmDescription": "AlarmDescription",
                "actionsEnabled": "ActionsEnabled",
                "alarmActions": "AlarmActions",
                "okActions": "OKActions",
                "insufficientDataActions": "InsufficientDataActions",
                "namespace": "Namespace",
                "metricName": "MetricName",
                "dimensions": From("Dimensions", _told_dimensions),
                "statistic": "Statistic",
                "extendedStatistic": "ExtendedStatistic",
                "period": "Period",
                "unit": "Unit",
                "evaluationPeriods": "EvaluationPeriods",
                "datapointsToAlarm": "DatapointsToAlarm",
                "threshold": "Threshold",
                "comparisonOperator": "ComparisonOperator",
                "treatMissingData": "TreatMissingData",
                "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
                "metricQueries": From("Metrics", _told_queries),
            },
        ),
        Run(_tags),
    ),
    delete=(Call("delete_alarms", {"AlarmNames": [ID]}),),
    gone=("ResourceNotFound", "ResourceNotFoundException"),
)

RESOURCES: tuple[Resource, ...] = (METRIC_ALARM,)
