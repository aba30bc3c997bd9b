"""People hear of costs before the month is over."""

import pytest

from components.aws.budget import CostBudget, CostBudgetArgs
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

BUDGET = "aws:budgets/budget:Budget"


@pytest.fixture
def built(identity: Identity) -> Recording:
    args = CostBudgetArgs(
        identity=identity,
        account_id=ACCOUNT_ID,
        monthly_usd=2500,
        alert_topic_arn="arn:aws:sns:alerts",
    )
    return record(lambda: CostBudget("costs", args))


def test_it_is_one_budget(built: Recording) -> None:
    assert built.counts() == {"messaging-app:aws:CostBudget": 1, BUDGET: 1}
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_environment_has_so_much_a_month(built: Recording) -> None:
    budget = built.one(BUDGET).inputs
    assert (budget["limitAmount"], budget["limitUnit"], budget["timeUnit"]) == (
        "2500",
        "USD",
        "MONTHLY",
    )
    assert budget["costFilters"] == [{"name": "TagKeyValue", "values": ["user:Environment$test"]}]


def test_people_hear_at_80_per_cent_and_when_it_will_not_do(built: Recording) -> None:
    told = [
        (each["notificationType"], each["threshold"], each["subscriberSnsTopicArns"])
        for each in built.one(BUDGET).inputs["notifications"]
    ]
    assert told == [
        ("ACTUAL", 80, ["arn:aws:sns:alerts"]),
        ("FORECASTED", 100, ["arn:aws:sns:alerts"]),
    ]
