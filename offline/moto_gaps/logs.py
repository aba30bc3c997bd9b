"""What moto lacks of CloudWatch Logs."""

from functools import wraps
from typing import Any

from moto.logs.metric_filters import MetricFilters
from moto.logs.responses import LogsResponse

from offline.moto_gaps.gap import Addition, Correction, Method, Moto


def associate_kms_key(response: Moto) -> str:
    """Encrypt what a log group receives from now on, with another key than before."""
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.kms_key_id = response._get_param("kmsKeyId")
    return ""


def disassociate_kms_key(response: Moto) -> str:
    """Encrypt what a log group receives from now on with AWS's own key."""
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.kms_key_id = None
    return ""


def _instead_of_the_old_one(add_filter: Method) -> Method:
    """moto keeps the old filter beside the one that takes its place."""

    @wraps(add_filter)
    def wrapper(filters: Moto, name: str, pattern: str, group: str, metrics: Any) -> None:
        filters.delete_filter(name, group)
        add_filter(filters, name, pattern, group, metrics)

    return wrapper


ADDED: tuple[Addition, ...] = (
    (LogsResponse, associate_kms_key),
    (LogsResponse, disassociate_kms_key),
)

CORRECTED: tuple[Correction, ...] = ((MetricFilters, "add_filter", _instead_of_the_old_one),)
