"""What one environment may cost a month, and who hears when it costs more."""

from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_aws import budgets

from components.identity import Identity

WARNINGS: Final = (("ACTUAL", 80), ("FORECASTED", 100))
"""Kinds of spending, and the per cent of the budget that raises an alert."""


@dataclass(frozen=True, kw_only=True)
class CostBudgetArgs:
    """How much, and whom to tell."""

    identity: Identity
    account_id: pulumi.Input[str]
    monthly_usd: int
    alert_topic_arn: pulumi.Input[str]
    """Its policy lets budgets.amazonaws.com publish."""


class CostBudget(pulumi.ComponentResource):
    """A monthly budget of what carries the environment's tag.

    AWS counts a tag only after `Environment` was activated as a cost allocation tag, once in an
    account, by hand (Billing, "Cost allocation tags"): until then the budget sees no cost.
    """

    def __init__(
        self, name: str, args: CostBudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:CostBudget", name, None, opts)
        physical_name = args.identity.name("monthly", limit=100)
        budgets.Budget(
            f"{name}-budget",
            account_id=args.account_id,
            name=physical_name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(args.monthly_usd),
            limit_unit="USD",
            cost_filters=[
                budgets.BudgetCostFilterArgs(
                    name="TagKeyValue",
                    values=[f"user:Environment${args.identity.environment}"],
                )
            ],
            notifications=[
                budgets.BudgetNotificationArgs(
                    comparison_operator="GREATER_THAN",
                    notification_type=kind,
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[args.alert_topic_arn],
                )
                for kind, percent in WARNINGS
            ],
            tags=args.identity.tags("audit", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
