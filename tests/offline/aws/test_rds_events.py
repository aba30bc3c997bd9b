"""Event subscriptions, beyond what every table must do."""

from offline.aws.rds_events import EVENT_SUBSCRIPTION
from tests.offline.aws.account import Account
from tests.offline.aws.cases.rds_events import a_topic


def test_a_subscription_is_enabled_unless_the_program_says_otherwise(account: Account) -> None:
    name = account.unique("events")
    made = account.create(EVENT_SUBSCRIPTION.token, name=name, snsTopic=a_topic(account))

    told = account.client("rds").describe_event_subscriptions(SubscriptionName=name)
    assert told["EventSubscriptionsList"][0]["Enabled"] is True
    assert made["enabled"] is True
