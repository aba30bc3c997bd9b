"""Budgets."""

from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, TAGS, Account, Case, MakeCase


def notification(threshold: int, kind: str) -> dict[str, Any]:
    """Tell the topic when spending passes a share of the budget."""
    return {
        "comparisonOperator": "GREATER_THAN",
        "notificationType": kind,
        "threshold": threshold,
        "thresholdType": "PERCENTAGE",
        "subscriberSnsTopicArns": ["arn:aws:sns:eu-central-1:123456789012:alerts"],
    }


def budget(account: Account) -> Case:
    return Case(
        token="aws:budgets/budget:Budget",
        inputs={
            "accountId": ACCOUNT_ID,
            "name": account.unique("monthly"),
            "budgetType": "COST",
            "timeUnit": "MONTHLY",
            "limitAmount": "100",
            "limitUnit": "USD",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:Environment$test"]}],
            "notifications": [notification(80, "ACTUAL")],
            "tags": TAGS,
        },
        changes={
            "limitAmount": "200",
            "timeUnit": "QUARTERLY",
            "costFilters": [{"name": "TagKeyValue", "values": ["user:Environment$prod"]}],
            "notifications": [notification(80, "ACTUAL"), notification(100, "FORECASTED")],
            "limitUnit": "EUR",
            "budgetType": "USAGE",
        },
        meddle=lambda state: account.client("budgets").delete_budget(
            AccountId=ACCOUNT_ID, BudgetName=state["name"]
        ),
        drift=None,
        untold=frozenset({"notifications", "tags"}),
    )


CASES: tuple[MakeCase, ...] = (budget,)
