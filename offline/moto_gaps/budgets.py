"""What moto lacks of Budgets."""

import json

from moto.budgets.exceptions import NotFoundException
from moto.budgets.responses import BudgetsResponse

from offline.moto_gaps.gap import Addition, Moto


def update_budget(response: Moto) -> str:
    """Change a budget; whom it notifies stays as it is."""
    account, new = response._get_param("AccountId"), response._get_param("NewBudget")
    budget = response.backend.budgets[account].get(new["BudgetName"])
    if budget is None:
        raise NotFoundException(f"The budget {new['BudgetName']} doesn't exist.")
    kept = {name: budget.budget[name] for name in ("TimePeriod", "LastUpdatedTime")}
    budget.budget = {**kept, **new}
    return json.dumps({})


ADDED: tuple[Addition, ...] = ((BudgetsResponse, update_budget),)
