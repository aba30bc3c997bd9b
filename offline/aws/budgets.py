"""Budgets: what may be spent, and who is told when it is more."""

from collections.abc import Mapping, Sequence
from typing import Any

from offline.provider.api import invoke
from offline.provider.table import AutoName, Call, From, K, P, Read, Resource, Run, Scope


def _filters(ours: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The API has a map where programs have a list of names and values."""
    return {each["name"]: each["values"] for each in ours}


def _notifications(ours: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    receivers = {"subscriberSnsTopicArns": "SNS", "subscriberEmailAddresses": "EMAIL"}
    return [
        {
            "Notification": {
                "ComparisonOperator": each["comparisonOperator"],
                "NotificationType": each["notificationType"],
                "Threshold": each["threshold"],
                "ThresholdType": each["thresholdType"],
            },
            "Subscribers": [
                {"SubscriptionType": kind, "Address": address}
                for name, kind in receivers.items()
                for address in each.get(name, [])
            ],
        }
        for each in ours
    ]


_BUDGET = {
    "BudgetName": P("name", replaces=True),
    "BudgetType": P("budgetType"),
    "TimeUnit": P("timeUnit"),
    "BudgetLimit": {"Amount": P("limitAmount"), "Unit": P("limitUnit")},
    "CostFilters": P("costFilters", _filters),
}
_WHICH = {"AccountId": K("accountId"), "BudgetName": K("name")}


def _renotify(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Take the old notifications away and make the new ones, as the official plugin does."""
    which = {"AccountId": new["accountId"], "BudgetName": new["name"]}
    for each in _notifications(old.get("notifications", [])):
        request = {**which, "Notification": each["Notification"]}
        invoke(client, "delete_notification", request)
    for each in _notifications(new["notifications"]):
        invoke(client, "create_notification", {**which, **each})
    return {}


BUDGET = Resource(
    token="aws:budgets/budget:Budget",
    service="budgets",
    create=Call(
        "create_budget",
        {
            "AccountId": P("accountId"),
            "Budget": _BUDGET,
            "NotificationsWithSubscribers": P("notifications", _notifications),
            "ResourceTags": P(
                "tags", lambda tags: [{"Key": k, "Value": v} for k, v in tags.items()]
            ),
        },
    ),
    id="{accountId}:{name}",
    auto_name=AutoName(max_length=100),
    update=(
        Call("update_budget", {"AccountId": K("accountId"), "NewBudget": _BUDGET}),
        Run(_renotify, uses=(P("notifications", default=[]),)),
    ),
    read=(
        Read(
            "describe_budget",
            _WHICH,
            "Budget",
            {
                "name": "BudgetName",
                "budgetType": "BudgetType",
                "timeUnit": "TimeUnit",
                "limitAmount": "BudgetLimit.Amount",
                "limitUnit": "BudgetLimit.Unit",
                "costFilters": From(
                    "CostFilters",
                    lambda theirs: [{"name": k, "values": v} for k, v in theirs.items()],
                ),
            },
        ),
    ),
    delete=(Call("delete_budget", _WHICH),),
    gone=("NotFoundException",),
)

RESOURCES: tuple[Resource, ...] = (BUDGET,)
