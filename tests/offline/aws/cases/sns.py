"""SNS."""

import json

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, TAGS, Account, Case, MakeCase


def policy(service: str) -> str:
    """A topic policy that lets a service publish."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": f"arn:aws:sns:*:{ACCOUNT_ID}:*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def topic(account: Account) -> Case:
    one, other = (account.create("aws:kms/key:Key")["arn"] for _ in range(2))
    return Case(
        token="aws:sns/topic:Topic",
        inputs={
            "name": account.unique("alerts"),
            "displayName": "Alerts",
            "kmsMasterKeyId": one,
            "policy": policy("cloudwatch"),
            "tags": TAGS,
        },
        changes={
            "displayName": "Alarms",
            "kmsMasterKeyId": other,
            "policy": policy("events"),
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("sns").set_topic_attributes(
            TopicArn=state["id"], AttributeName="KmsMasterKeyId", AttributeValue=""
        ),
        drift={"kmsMasterKeyId": ""},
    )


def topic_subscription(account: Account) -> Case:
    return Case(
        token="aws:sns/topicSubscription:TopicSubscription",
        inputs={
            "topic": account.create("aws:sns/topic:Topic", name=account.unique("alerts"))["arn"],
            "protocol": "email",
            "endpoint": "on-call@example.org",
        },
        meddle=lambda state: account.client("sns").unsubscribe(SubscriptionArn=state["id"]),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (topic, topic_subscription)
