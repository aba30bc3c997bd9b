"""The key that encrypts the platform's logs, disks, buckets, secrets and database in one region."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import kms

from components.identity import Identity

DELETION_WINDOW_DAYS = 30
"""The longest that KMS allows: everything the key encrypted is lost when it is gone."""

USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
"""What a service needs to encrypt and decrypt with the key, short of managing it."""

PUBLISH = ("kms:Decrypt", "kms:GenerateDataKey*")
"""What a service needs to publish to a topic that the key encrypts."""


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Where the key lives."""

    identity: Identity
    region: str
    """Any region: copies in a second one need a key of their own there."""
    account_id: pulumi.Input[str]
    protect: bool
    """Refuse, in Pulumi, to delete or replace the key: whatever it encrypted is lost with it."""
    retain: bool
    """Leave the key behind when the stack is destroyed, for what it encrypted stays as well."""


class EncryptionKey(pulumi.ComponentResource):
    """A customer-managed KMS key with yearly rotation, its alias and its policy."""

    arn: pulumi.Output[str]
    key_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:EncryptionKey", name, None, opts)
        key = self._key(name, args)
        self._alias(name, args, key)
        self.arn = key.arn
        self.key_id = key.key_id
        self.register_outputs({"arn": self.arn, "key_id": self.key_id})

    def _key(self, name: str, args: EncryptionKeyArgs) -> kms.Key:
        return kms.Key(
            f"{name}-key",
            description=f"{args.identity.project} {args.identity.environment}: data at rest",
            deletion_window_in_days=DELETION_WINDOW_DAYS,
            enable_key_rotation=True,
            policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account_id: json.dumps(key_policy(account_id, args.region))
            ),
            region=args.region,
            tags=args.identity.tags("storage", args.identity.name("key", limit=128)),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect, retain_on_delete=args.retain
            ),
        )

    def _alias(self, name: str, args: EncryptionKeyArgs, key: kms.Key) -> None:
        kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.identity.name(limit=250)}",
            target_key_id=key.key_id,
            region=args.region,
            opts=pulumi.ResourceOptions(parent=self),
        )


def key_policy(account_id: str, region: str) -> dict[str, Any]:
    """Who may use the key, beyond what IAM policies of the account grant.

    Services that act without a role of ours need a statement of their own: CloudWatch Logs
    (AWS: Encrypt log data using KMS), what publishes to an encrypted topic (AWS: SNS key
    management), what records who did what, and the Auto Scaling service role, which must grant
    EC2 the use of the key for each new disk (AWS: Required KMS key policy for use with encrypted
    volumes).
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("AccountAdministers", {"AWS": f"arn:aws:iam::{account_id}:root"}, ["kms:*"]),
            _logs(account_id, region),
            *_publishers(account_id, region),
            *_auditors(account_id, region),
            *_auto_scaling(account_id),
        ],
    }


def _logs(account_id: str, region: str) -> dict[str, Any]:
    log_groups = f"arn:aws:logs:{region}:{account_id}:log-group:*"
    return _allow(
        "LogsEncrypt",
        {"Service": f"logs.{region}.amazonaws.com"},
        USE,
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
    )


def _publishers(account_id: str, region: str) -> list[dict[str, Any]]:
    """Services that send the platform's alerts: alarms, budgets, findings, database events."""
    ours = {"StringEquals": {"aws:SourceAccount": account_id}}
    budgets = {**ours, "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{account_id}:*"}}
    databases = {**ours, "ArnLike": {"aws:SourceArn": f"arn:aws:rds:{region}:{account_id}:es:*"}}
    topics = f"arn:aws:sns:{region}:{account_id}:*"
    to_our_topics = {"ArnLike": {"kms:EncryptionContext:aws:sns:topicArn": topics}}
    return [
        _allow("AlarmsPublish", {"Service": "cloudwatch.amazonaws.com"}, PUBLISH, ours),
        _allow("BudgetsPublish", {"Service": "budgets.amazonaws.com"}, PUBLISH, budgets),
        # Of EventBridge, the key of a topic learns the topic but no account and no source
        # (AWS: SNS key management). The topic's own policy decides whose events it takes.
        _allow("EventsPublish", {"Service": "events.amazonaws.com"}, PUBLISH, to_our_topics),
        _allow(
            "DatabaseEventsPublish", {"Service": "events.rds.amazonaws.com"}, PUBLISH, databases
        ),
    ]


def _auditors(account_id: str, region: str) -> list[dict[str, Any]]:
    """CloudTrail and AWS Config, which write encrypted files to a bucket of ours."""
    trails = f"arn:aws:cloudtrail:{region}:{account_id}:trail/*"
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    is_our_trail = {"ArnLike": {"aws:SourceArn": trails}}
    is_a_log_of_ours = {
        **is_our_trail,
        "StringLike": {
            "kms:EncryptionContext:aws:cloudtrail:arn": (
                f"arn:aws:cloudtrail:*:{account_id}:trail/*"
            )
        },
    }
    return [
        _allow("TrailsEncrypt", cloudtrail, ["kms:GenerateDataKey*"], is_a_log_of_ours),
        _allow("TrailsCheck", cloudtrail, ["kms:DescribeKey"], is_our_trail),
        _allow(
            "ConfigEncrypts",
            {"Service": "config.amazonaws.com"},
            PUBLISH,
            {"StringEquals": {"aws:SourceAccount": account_id}},
        ),
    ]


def _auto_scaling(account_id: str) -> list[dict[str, Any]]:
    # The role is named by a condition and not as a principal: KMS refuses a policy that names a
    # principal that does not exist yet, and AWS makes this role with the first server group.
    is_scaling_role = {
        "StringEquals": {"kms:CallerAccount": account_id},
        "ArnEquals": {
            "aws:PrincipalArn": (
                f"arn:aws:iam::{account_id}:role/aws-service-role/autoscaling.amazonaws.com/"
                "AWSServiceRoleForAutoScaling"
            )
        },
    }
    return [
        _allow("AutoScalingUses", {"AWS": "*"}, USE, is_scaling_role),
        _allow(
            "AutoScalingGrantsToDisks",
            {"AWS": "*"},
            ["kms:CreateGrant"],
            {**is_scaling_role, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]


def _allow(
    sid: str,
    principal: dict[str, str],
    actions: Sequence[str],
    condition: dict[str, dict[str, str]] | None = None,
) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        # In a key policy this means the key itself.
        "Resource": "*",
        **({"Condition": condition} if condition else {}),
    }
