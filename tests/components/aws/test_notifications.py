"""One topic takes alerts from the services that send them, and hands them to people."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.aws.notifications import Notifications, NotificationsArgs, topic_policy
from components.identity import Identity
from tests.components.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "aws:sns/topic:Topic"

ACCOUNT_ID = "123456789012"
KEY_ARN = "arn:aws:kms:key"
SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:slack-AbCdEf"
TOPIC_ARN = "arn:aws:mock::123456789012:notifications-alerts"

Build = Callable[[str | None], Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(secret_arn: str | None) -> Recording:
        args = NotificationsArgs(
            identity=identity,
            region="eu-central-1",
            account_id=ACCOUNT_ID,
            kms_key_arn=KEY_ARN,
            alert_email="team@example.com",
            slack_webhook_secret_arn=secret_arn,
        )
        return record(lambda: Notifications("notifications", args))

    return run


@pytest.fixture(scope="module")
def with_slack(build: Build) -> Recording:
    return build(SECRET_ARN)


def statements() -> dict[str, dict[str, Any]]:
    policy = topic_policy("alerts", "eu-central-1", ACCOUNT_ID)
    return {each["Sid"]: each for each in policy["Statement"]}


def test_without_slack_it_is_a_topic_that_mails(build: Build) -> None:
    built = build(None)
    assert built.counts() == {"messaging-app:aws:Notifications": 1, TOPIC: 1, SUBSCRIPTION: 1}
    assert built.one(SUBSCRIPTION).inputs == {
        "topic": TOPIC_ARN,
        "protocol": "email",
        "endpoint": "team@example.com",
        "region": "eu-central-1",
    }


def test_with_slack_a_function_is_told_as_well(with_slack: Recording) -> None:
    assert with_slack.counts() == {
        "messaging-app:aws:Notifications": 1,
        "messaging-app:aws:Function": 1,
        TOPIC: 1,
        SUBSCRIPTION: 2,
        FUNCTION: 1,
        PERMISSION: 1,
        "aws:cloudwatch/logGroup:LogGroup": 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
    }


def test_children_belong_to_it_and_are_tagged(with_slack: Recording) -> None:
    found = (with_slack.orphans(), with_slack.untagged(), with_slack.unfinished())
    assert found == ([], [], [])


def test_the_topic_is_encrypted(build: Build) -> None:
    inputs = build(None).one(TOPIC).inputs
    assert (inputs["name"], inputs["kmsMasterKeyId"]) == ("messaging-app-test-alerts", KEY_ARN)
    assert json.loads(inputs["policy"]) == topic_policy(
        "messaging-app-test-alerts", "eu-central-1", ACCOUNT_ID
    )


def test_services_publish_for_this_account_only() -> None:
    allowed = {sid: each for sid, each in statements().items() if each["Effect"] == "Allow"}
    assert {each["Principal"]["Service"] for each in allowed.values()} == {
        "cloudwatch.amazonaws.com",
        "budgets.amazonaws.com",
        "events.amazonaws.com",
        "events.rds.amazonaws.com",
    }
    for statement in allowed.values():
        conditions = statement["Condition"]
        assert conditions["StringEquals"] == {"aws:SourceAccount": ACCOUNT_ID}
        assert f":{ACCOUNT_ID}:" in conditions["ArnLike"]["aws:SourceArn"]
        assert statement["Action"] == "sns:Publish"
        assert statement["Resource"] == f"arn:aws:sns:eu-central-1:{ACCOUNT_ID}:alerts"


def test_every_statement_has_a_name_of_its_own() -> None:
    assert len(statements()) == 5


def test_nobody_publishes_without_tls() -> None:
    deny = statements()["NobodyPublishesInPlainText"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_topic_calls_the_function(with_slack: Recording) -> None:
    inputs = with_slack.one(PERMISSION).inputs
    assert (inputs["principal"], inputs["sourceArn"]) == ("sns.amazonaws.com", TOPIC_ARN)
    subscription = with_slack.one(SUBSCRIPTION, "notifications-slack-subscription")
    assert subscription.inputs["protocol"] == "lambda"
    assert with_slack.one(PERMISSION).urn in subscription.request.dependencies


def test_the_function_knows_where_the_webhook_is_and_not_what_it_is(with_slack: Recording) -> None:
    function = with_slack.one(FUNCTION).inputs
    assert function["environment"] == {"variables": {"WEBHOOK_SECRET_ARN": SECRET_ARN}}
    assert function["handler"] == "notify_slack.handle"
    policy = json.loads(with_slack.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy["Statement"][0]["Resource"] == [SECRET_ARN]


def test_outputs_name_the_topic_and_the_function(build: Build, with_slack: Recording) -> None:
    assert build(None).outputs == {
        "topic_arn": TOPIC_ARN,
        "topic_name": "messaging-app-test-alerts",
    }
    assert with_slack.outputs["notifier_name"] == "messaging-app-test-notifications-slack"
