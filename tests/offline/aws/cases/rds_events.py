"""Event subscriptions of RDS."""

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def a_topic(account: Account) -> str:
    return account.create("aws:sns/topic:Topic", name=account.unique("alerts"))["arn"]


def event_subscription(account: Account) -> Case:
    return Case(
        token="aws:rds/eventSubscription:EventSubscription",
        inputs={
            "name": account.unique("events"),
            "snsTopic": a_topic(account),
            "sourceType": "db-instance",
            "sourceIds": ["primary", "replica"],
            "eventCategories": ["failover", "low storage"],
            "enabled": False,
            "tags": TAGS,
        },
        changes={
            "snsTopic": a_topic(account),
            "sourceType": "db-parameter-group",
            "sourceIds": ["replica", "another"],
            "eventCategories": ["failure"],
            "enabled": True,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("rds").modify_event_subscription(
            SubscriptionName=state["id"], EventCategories=["backup"]
        ),
        drift={"eventCategories": ["backup"]},
    )


CASES: tuple[MakeCase, ...] = (event_subscription,)
