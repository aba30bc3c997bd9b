"""EventBridge."""

import json

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def pattern(source: str) -> str:
    """Events of one service."""
    return json.dumps({"source": [source]})


def a_rule(account: Account) -> str:
    return account.create(
        "aws:cloudwatch/eventRule:EventRule",
        name=account.unique("rule"),
        eventPattern=pattern("aws.guardduty"),
    )["name"]


def event_rule(account: Account) -> Case:
    return Case(
        token="aws:cloudwatch/eventRule:EventRule",
        inputs={
            "name": account.unique("findings"),
            "description": "Findings",
            "eventPattern": pattern("aws.guardduty"),
            "state": "ENABLED",
            "tags": TAGS,
        },
        changes={
            "description": "Notable findings",
            "eventPattern": pattern("aws.securityhub"),
            "state": "DISABLED",
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("events").delete_rule(Name=state["name"]),
        drift=None,
    )


def event_target(account: Account) -> Case:
    one, other = (
        account.create("aws:sns/topic:Topic", name=account.unique("alerts"))["arn"]
        for _ in range(2)
    )
    return Case(
        token="aws:cloudwatch/eventTarget:EventTarget",
        inputs={"rule": a_rule(account), "targetId": "alerts", "arn": one},
        changes={"arn": other},
        meddle=lambda state: account.client("events").remove_targets(
            Rule=state["rule"], Ids=["alerts"]
        ),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (
    event_rule,
    event_target,
)
