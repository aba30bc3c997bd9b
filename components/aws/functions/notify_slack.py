"""Posts what the alert topic receives to a Slack channel.

SNS calls the function once for each message. An error makes Lambda try again twice, a minute or
more apart, and then counts as a failed invocation.
"""

import json
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, cast

import boto3

TIMEOUT_SECONDS = 10

LONGEST = 3_500
"""Characters of one message. Slack cuts it at 4,000, and says so to nobody."""

SIGNS = {"ALARM": ":red_circle:", "OK": ":large_green_circle:"}

SEVERE = 7.0
"""From here on GuardDuty calls the severity of a finding high."""

Document = Mapping[str, Any]

log = logging.getLogger()
log.setLevel(logging.INFO)


class DeliveryError(Exception):
    """Slack did not take the message. It never names the webhook, whose URL is a secret."""


def handle(event: Document, context: object) -> None:  # noqa: ARG001 (Lambda passes both)
    """Post every message of the event. Raises DeliveryError when Slack refuses one."""
    url = _webhook()
    for record in event["Records"]:
        notification = record["Sns"]
        post(url, text_of(notification.get("Subject") or "", notification["Message"]))
        log.info("posted message %s", notification["MessageId"])


def _webhook() -> str:
    # Asked for each time: alerts are rare, and a new webhook works at once.
    session: Any = boto3.session.Session()
    manager = session.client("secretsmanager")
    told = manager.get_secret_value(SecretId=os.environ["WEBHOOK_SECRET_ARN"])
    return told["SecretString"].strip()


def post(url: str, text: str) -> None:
    """Send a text to a webhook. Raises DeliveryError when it does not arrive."""
    body = json.dumps({"text": text}).encode()
    try:
        request = urllib.request.Request(  # noqa: S310 (the URL is the operator's own)
            url, body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        raise DeliveryError(f"Slack answered with status {error.code}.") from None
    except (OSError, ValueError) as error:
        # Without the cause, because its text may hold the URL.
        raise DeliveryError(f"Slack was not reached: {type(error).__name__}.") from None


def text_of(subject: str, message: str) -> str:
    """A notification in Slack's markup: what happened first, then the details."""
    document = _parsed(message)
    if document is None:
        # Alertmanager and AWS Budgets write plain text.
        lines = [f"*{_escaped(subject)}*" if subject else "", _escaped(message.strip())]
    else:
        lines = _shape(document)(document)
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}\n… (cut)"


def _parsed(message: str) -> Document | None:
    try:
        document: Any = json.loads(message)
    except ValueError:
        return None
    return cast(Document, document) if isinstance(document, dict) else None


def _shape(document: Document) -> Callable[[Document], list[str]]:
    if "AlarmName" in document:
        return _alarm
    if document.get("source") == "aws.guardduty":
        return _finding
    if "detail-type" in document:
        return _event
    return _database_event if "Event Message" in document else _unknown


def _alarm(document: Document) -> list[str]:
    state = str(document.get("NewStateValue", ""))
    return [
        f"{SIGNS.get(state, ':white_circle:')} *{_escaped(state)}: "
        f"{_escaped(document['AlarmName'])}*",
        _escaped(document.get("AlarmDescription") or ""),
        _escaped(document.get("NewStateReason") or ""),
        _escaped(f"{document.get('Region', '')}, {document.get('StateChangeTime', '')}"),
    ]


def _finding(document: Document) -> list[str]:
    detail = document.get("detail", {})
    severity = float(detail.get("severity", 0))
    sign = ":red_circle:" if severity >= SEVERE else ":large_orange_circle:"
    return [
        f"{sign} *GuardDuty: {_escaped(detail.get('title', 'a finding'))}*",
        _escaped(detail.get("description", "")),
        _escaped(f"{detail.get('type', '')}, severity {severity:g}"),
        _escaped(f"account {document.get('account', '')}, {document.get('region', '')}"),
    ]


def _event(document: Document) -> list[str]:
    resources = ", ".join(document.get("resources") or [])
    return [
        f":large_orange_circle: *{_escaped(document['detail-type'])}*",
        _escaped(f"{document.get('source', '')}, {document.get('region', '')}"),
        _escaped(resources),
        _code(document.get("detail", {})),
    ]


def _database_event(document: Document) -> list[str]:
    return [
        f":large_orange_circle: *{_escaped(document.get('Source ID', 'RDS'))}*",
        _escaped(document["Event Message"]),
        _escaped(document.get("Event Time", "")),
    ]


def _unknown(document: Document) -> list[str]:
    return [_code(document)]


def _code(document: Document) -> str:
    return f"```{_escaped(json.dumps(document, indent=2))}```" if document else ""


def _escaped(text: object) -> str:
    """Text in which nothing means a link or a mention to Slack."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
