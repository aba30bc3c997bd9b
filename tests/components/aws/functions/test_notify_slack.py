"""What the topic receives arrives in Slack readable, and the webhook stays secret."""

import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from components.aws.functions.notify_slack import LONGEST, DeliveryError, handle, post, text_of
from offline import moto_server

PATH = "/services/T000/B000/a-secret-token"


class Slack(ThreadingHTTPServer):
    """Takes messages as Slack does, and keeps them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SlackHandler)
        self.status = 200
        self.taken: list[tuple[str, dict[str, str]]] = []

    @property
    def webhook(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{PATH}"


class SlackHandler(BaseHTTPRequestHandler):
    server: Slack  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@pytest.fixture
def slack() -> Iterator[Slack]:
    server = Slack()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # It reports every request.
    server, url = moto_server.start()
    yield url
    server.stop()


@pytest.fixture
def secret(
    slack: Slack, endpoint: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The secret that holds the webhook's URL, as an operator makes it: with a line's end."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    session: Any = boto3.session.Session()
    manager = session.client("secretsmanager")
    name = f"slack-{request.node.name}"  # pyright: ignore[reportUnknownMemberType]
    arn = manager.create_secret(Name=name, SecretString=f"{slack.webhook}\n")["ARN"]
    monkeypatch.setenv("WEBHOOK_SECRET_ARN", arn)
    return arn


def event(message: str, subject: str | None = "Subject") -> dict[str, Any]:
    notification = {"MessageId": "1", "Subject": subject, "Message": message}
    return {"Records": [{"EventSource": "aws:sns", "Sns": notification}]}


ALARM = {
    "AlarmName": "messaging-app-prod-database-cpu",
    "AlarmDescription": "The database is busy. docs/runbooks/alarms.md#database-cpu",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 3 datapoints were > 85",
    "StateChangeTime": "2026-03-20T12:00:00.000+0000",
    "Region": "EU (Frankfurt)",
}


def test_a_message_is_posted_to_the_webhook_of_the_secret(secret: str, slack: Slack) -> None:
    handle(event("Everything burns", "[FIRING:1] Fire"), None)
    assert slack.taken == [(PATH, {"text": "*[FIRING:1] Fire*\nEverything burns"})]


@pytest.mark.parametrize("status", [404, 429, 500])
def test_a_refused_message_fails_so_that_lambda_tries_again(
    secret: str, slack: Slack, status: int
) -> None:
    slack.status = status
    with pytest.raises(DeliveryError, match=rf"^Slack answered with status {status}\.$"):
        handle(event("text"), None)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a-secret-token", "a-secret-token"])
def test_a_failure_does_not_tell_the_webhook(url: str) -> None:
    with pytest.raises(DeliveryError) as failure:
        post(url, "text")
    assert "a-secret-token" not in str(failure.value)
    assert failure.value.__suppress_context__


def test_the_log_does_not_tell_the_webhook(
    secret: str, slack: Slack, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        handle(event("text"), None)
    assert "posted message 1" in caplog.text
    assert "a-secret-token" not in caplog.text


def test_an_alarm_says_its_state_its_meaning_and_its_reason() -> None:
    assert text_of("ALARM: …", json.dumps(ALARM)).splitlines() == [
        ":red_circle: *ALARM: messaging-app-prod-database-cpu*",
        "The database is busy. docs/runbooks/alarms.md#database-cpu",
        "Threshold Crossed: 3 datapoints were &gt; 85",
        "EU (Frankfurt), 2026-03-20T12:00:00.000+0000",
    ]


def test_an_alarm_that_is_over_looks_so() -> None:
    text = text_of("OK: …", json.dumps({**ALARM, "NewStateValue": "OK"}))
    assert text.startswith(":large_green_circle: *OK: messaging-app-prod-database-cpu*")


@pytest.mark.parametrize(
    ("severity", "sign"), [(8.0, ":red_circle:"), (2.0, ":large_orange_circle:")]
)
def test_a_finding_says_what_was_found_and_how_bad_it_is(severity: float, sign: str) -> None:
    finding = {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "account": "123456789012",
        "region": "eu-central-1",
        "detail": {
            "severity": severity,
            "type": "Recon:EC2/Portscan",
            "title": "A server scans ports",
            "description": "i-1 scans ports of others.",
        },
    }
    assert text_of("", json.dumps(finding)).splitlines() == [
        f"{sign} *GuardDuty: A server scans ports*",
        "i-1 scans ports of others.",
        f"Recon:EC2/Portscan, severity {severity:g}",
        "account 123456789012, eu-central-1",
    ]


def test_any_other_event_shows_its_details() -> None:
    other = {"detail-type": "Config Change", "source": "aws.config", "detail": {"what": "rule"}}
    text = text_of("", json.dumps(other))
    assert text.startswith(":large_orange_circle: *Config Change*\naws.config")
    assert '"what": "rule"' in text


def test_an_event_of_the_database_says_what_happened_to_which_instance() -> None:
    told = {
        "Event Source": "db-instance",
        "Event Time": "2026-03-20 12:00:00.000",
        "Source ID": "messaging-app-prod-database",
        "Event Message": "Multi-AZ instance failover completed",
    }
    assert text_of("RDS Notification Message", json.dumps(told)).splitlines() == [
        ":large_orange_circle: *messaging-app-prod-database*",
        "Multi-AZ instance failover completed",
        "2026-03-20 12:00:00.000",
    ]


def test_a_budget_is_told_as_aws_words_it() -> None:
    text = text_of("AWS Budgets: prod has exceeded", "Budget Name: prod\nLimit: $100\n")
    assert text == "*AWS Budgets: prod has exceeded*\nBudget Name: prod\nLimit: $100"


@pytest.mark.parametrize("message", ["[1, 2]", "17", '"text"', "{broken"])
def test_what_is_no_object_is_shown_as_it_is(message: str) -> None:
    assert text_of("", message) == message


def test_an_object_of_unknown_shape_is_shown_whole() -> None:
    assert text_of("", '{"new": "thing"}') == '```{\n  "new": "thing"\n}```'


def test_nothing_in_a_message_mentions_people_or_becomes_a_link() -> None:
    assert text_of("", "<!channel> & <http://example.com|click>") == (
        "&lt;!channel&gt; &amp; &lt;http://example.com|click&gt;"
    )


def test_a_long_message_is_cut() -> None:
    text = text_of("", "x" * 10_000)
    assert text == "x" * LONGEST + "\n… (cut)"
