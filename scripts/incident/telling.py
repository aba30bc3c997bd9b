"""Telling people, in a bounded time: nobody who is told late may keep help from coming."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from scripts import http
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from scripts.settings import OpsSettings

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

SECONDS = 5.0
"""How long Slack or SNS may take to answer."""

SUBJECT_LENGTH = 100
"""AWS: SNS, Publish."""

SUCCESS = range(200, 300)

Channel = Callable[[str], None]
"""Tells a sentence; raises when it cannot."""


def channels(settings: OpsSettings) -> dict[str, Channel]:
    """Return name → channel for those that the settings name."""
    found: dict[str, Channel] = {}
    webhook, topic = settings.slack_webhook, settings.alert_topic_arn
    if webhook is not None:
        found["Slack"] = lambda text: slack(webhook.get_secret_value(), text)
    if topic is not None:
        found["SNS"] = lambda text: sns(_client(settings), topic, text)
    return found


def tell(given: Mapping[str, Channel], text: str) -> dict[str, str]:
    """Tell all channels at the same time, and return channel → fault; empty when it was told."""
    with ThreadPoolExecutor(max_workers=max(1, len(given))) as pool:
        running = {name: pool.submit(_told, channel, text) for name, channel in given.items()}
        return {name: each.result() for name, each in running.items()}


def slack(webhook: str, text: str) -> None:
    """Post to an incoming webhook.

    Raises:
        OpsError: Slack did not take it. The URL, which is a secret, is not told.
    """
    answer = http.post_json(webhook, {"text": text}, seconds=SECONDS)
    if answer.status_code not in SUCCESS:
        raise OpsError(f"it answered {answer.status_code}", ExitCode.UNREACHABLE)


def sns(client: "SNSClient", topic: str, text: str) -> None:
    """Publish to a topic."""
    client.publish(TopicArn=topic, Subject=text[:SUBJECT_LENGTH], Message=text)


def _client(settings: OpsSettings) -> "SNSClient":
    bounded = Config(
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
    return boto3.Session(  # pyright: ignore[reportUnknownMemberType]
        region_name=settings.aws_region
    ).client("sns", endpoint_url=settings.aws_endpoint_url, config=bounded)


def _told(channel: Channel, text: str) -> str:
    try:
        channel(text)
    except Exception as error:
        fault = explained(error)
        if fault is None:
            raise
        return str(fault)
    return ""
