"""Where every alert goes: one topic, and the people behind it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import lambda_, sns

from components.aws.function import Function, FunctionArgs
from components.aws.server_template import read_secrets
from components.identity import Identity

NOTIFIER = Path(__file__).parent / "functions" / "notify_slack.py"

NOTIFIER_TIMEOUT_SECONDS = 30
"""Longer than the function itself waits for Slack."""


@dataclass(frozen=True, kw_only=True)
class NotificationsArgs:
    """Who is told."""

    identity: Identity
    region: str
    """Any region: CloudWatch tells only topics of its own."""
    account_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    """Its policy must let the publishers use it."""
    alert_email: str
    slack_webhook_secret_arn: str | None
    """Secret whose text is the webhook's URL, encrypted with the platform's key or AWS's own; in
    the stack's region only."""


class Notifications(pulumi.ComponentResource):
    """An encrypted topic that mails, and posts to Slack when it is given a webhook."""

    topic_arn: pulumi.Output[str]
    topic_name: str
    notifier_name: pulumi.Output[str] | None
    """The Lambda function that posts to Slack."""

    def __init__(
        self, name: str, args: NotificationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Notifications", name, None, opts)
        self.topic_name = args.identity.name("alerts", limit=256)
        self.topic_arn = self._topic(name, args).arn
        self._mail(name, args)
        self.notifier_name = self._slack(name, args, args.slack_webhook_secret_arn)
        self.register_outputs({"topic_arn": self.topic_arn})

    def _topic(self, name: str, args: NotificationsArgs) -> sns.Topic:
        return sns.Topic(
            f"{name}-alerts",
            name=self.topic_name,
            kms_master_key_id=args.kms_key_arn,
            policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account_id: json.dumps(
                    topic_policy(self.topic_name, args.region, account_id)
                )
            ),
            region=args.region,
            tags=args.identity.tags("monitoring", self.topic_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _mail(self, name: str, args: NotificationsArgs) -> None:
        # AWS delivers nothing until somebody follows the link in the message that it sends first.
        sns.TopicSubscription(
            f"{name}-email",
            topic=self.topic_arn,
            protocol="email",
            endpoint=args.alert_email,
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _slack(
        self, name: str, args: NotificationsArgs, secret_arn: str | None
    ) -> pulumi.Output[str] | None:
        if secret_arn is None:
            return None
        notifier = Function(
            f"{name}-slack",
            FunctionArgs(
                identity=args.identity,
                role="monitoring",
                source=NOTIFIER,
                environment={"WEBHOOK_SECRET_ARN": secret_arn},
                permissions=read_secrets([secret_arn], args.kms_key_arn),
                timeout_seconds=NOTIFIER_TIMEOUT_SECONDS,
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        permission = lambda_.Permission(
            f"{name}-slack-invocation",
            function=notifier.name,
            action="lambda:InvokeFunction",
            principal="sns.amazonaws.com",
            source_arn=self.topic_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        sns.TopicSubscription(
            f"{name}-slack-subscription",
            topic=self.topic_arn,
            protocol="lambda",
            endpoint=notifier.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        return notifier.name


def topic_policy(topic_name: str, region: str, account_id: str) -> dict[str, Any]:
    """Who may publish besides the roles of ours that IAM lets: services, for this account only.

    The conditions keep out another account that makes the same service publish (AWS: the confused
    deputy problem).
    """
    topic_arn = f"arn:aws:sns:{region}:{account_id}:{topic_name}"
    sources = {
        "cloudwatch": f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*",
        "budgets": f"arn:aws:budgets::{account_id}:*",
        "events": f"arn:aws:events:{region}:{account_id}:rule/*",
        "events.rds": f"arn:aws:rds:{region}:{account_id}:es:*",
    }
    return {
        "Version": "2012-10-17",
        "Statement": [
            *(
                {
                    "Sid": f"{service.title().replace('.', '')}Publish",
                    "Effect": "Allow",
                    "Principal": {"Service": f"{service}.amazonaws.com"},
                    "Action": "sns:Publish",
                    "Resource": topic_arn,
                    "Condition": {
                        "StringEquals": {"aws:SourceAccount": account_id},
                        "ArnLike": {"aws:SourceArn": source},
                    },
                }
                for service, source in sources.items()
            ),
            {
                "Sid": "NobodyPublishesInPlainText",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sns:Publish",
                "Resource": topic_arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ],
    }
