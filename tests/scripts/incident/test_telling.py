import secrets

import pytest
from pydantic import SecretStr

from scripts import aws
from scripts.faults import OpsError
from scripts.incident import telling
from scripts.settings import OpsSettings
from tests.services.cloud import Cloud
from tests.services.object_store import REGION
from tests.services.ports import free_port
from tests.services.webhook import webhook


def settings(**known: object) -> OpsSettings:
    return OpsSettings.model_validate(known)


def test_slack_is_told_in_its_own_form() -> None:
    with webhook() as slack:
        telling.slack(slack.url, 'Incident: "quoted"\nand more')
    assert slack.posted == [{"text": 'Incident: "quoted"\nand more'}]


def test_an_answer_that_is_no_success_is_a_fault() -> None:
    with webhook(status=404) as slack, pytest.raises(OpsError, match=r"^it answered 404$"):
        telling.slack(slack.url, "text")


def test_channels_are_those_that_the_settings_name() -> None:
    assert telling.channels(settings()) == {}
    both = settings(slack_webhook=SecretStr("https://hooks"), alert_topic_arn="arn:aws:sns")
    assert list(telling.channels(both)) == ["Slack", "SNS"]


def test_a_channel_that_does_not_answer_keeps_no_other_from_being_told() -> None:
    with webhook() as slack:
        nobody = f"http://127.0.0.1:{free_port()}/secret-word"
        results = telling.tell(
            {
                "down": lambda text: telling.slack(nobody, text),
                "up": lambda text: telling.slack(slack.url, text),
            },
            "text",
        )

    assert results["up"] == ""
    assert results["down"].startswith("no answer")
    assert "secret-word" not in results["down"]
    assert slack.posted == [{"text": "text"}]


def test_a_channel_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "SECONDS", 1.0)
    with webhook(silent=True) as slack:
        results = telling.tell({"Slack": lambda text: telling.slack(slack.url, text)}, "text")
    assert results == {"Slack": "no answer within 1 s"}


def test_sns_publishes_to_the_topic(account: Cloud) -> None:
    client = aws.sns(account.settings())
    topic = client.create_topic(Name=f"alerts-{secrets.token_hex(4)}")["TopicArn"]
    with webhook() as subscriber:
        client.subscribe(TopicArn=topic, Protocol="http", Endpoint=subscriber.url)
        channels = telling.channels(account.settings(alert_topic_arn=topic))

        assert telling.tell(channels, "Incident in prod: database_down") == {"SNS": ""}

    messages = [each["Message"] for each in subscriber.posted if each["Type"] == "Notification"]
    assert messages == ["Incident in prod: database_down"]


def test_a_topic_that_is_not_there_is_a_fault_in_words(account: Cloud) -> None:
    gone = f"arn:aws:sns:{REGION}:123456789012:gone"
    results = telling.tell(telling.channels(account.settings(alert_topic_arn=gone)), "text")
    assert results["SNS"].startswith("AWS does not have what Publish asked for")
