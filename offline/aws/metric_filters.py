"""CloudWatch Logs: what is counted in a log group."""

from collections.abc import Mapping
from typing import Any

from offline.provider.convert import camel
from offline.provider.table import AutoName, Call, From, K, P, Read, Resource

_SPELLED = {"name": "metricName", "namespace": "metricNamespace", "value": "metricValue"}


def _transformations(ours: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The API takes a list of one, whose default value is a number."""
    theirs = {_SPELLED.get(name, name): value for name, value in ours.items()}
    if "defaultValue" in theirs:
        theirs["defaultValue"] = float(theirs["defaultValue"])
    return [theirs]


def _transformation(theirs: Mapping[str, Any]) -> dict[str, Any]:
    ours = camel(theirs, _SPELLED)
    if "defaultValue" in ours:
        ours["defaultValue"] = f"{ours['defaultValue']:g}"
    return ours


_FILTER = {
    "filterName": P("name", replaces=True),
    "logGroupName": P("logGroupName", replaces=True),
    "filterPattern": P("pattern"),
    "metricTransformations": P("metricTransformation", _transformations),
}

METRIC_FILTER = Resource(
    token="aws:cloudwatch/logMetricFilter:LogMetricFilter",
    service="logs",
    create=Call("put_metric_filter", _FILTER),
    id="{name}",
    auto_name=AutoName(max_length=512),
    update=(Call("put_metric_filter", _FILTER),),
    read=(
        Read(
            "describe_metric_filters",
            {"logGroupName": K("logGroupName"), "filterNamePrefix": K("name")},
            "metricFilters[?filterName == '$name'] | [0]",
            {
                "name": "filterName",
                "logGroupName": "logGroupName",
                "pattern": "filterPattern",
                "metricTransformation": From("metricTransformations[0]", _transformation),
            },
        ),
    ),
    delete=(
        Call(
            "delete_metric_filter",
            {"logGroupName": K("logGroupName"), "filterName": K("name")},
        ),
    ),
    gone=("ResourceNotFoundException",),
)

RESOURCES: tuple[Resource, ...] = (METRIC_FILTER,)
