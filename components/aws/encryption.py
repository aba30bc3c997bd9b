"""The key that encrypts the platform's logs, disks, buckets, secrets and database."""

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


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Where the key lives."""

    identity: Identity
    region: str
    account_id: pulumi.Input[str]


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
            tags=args.identity.tags("storage", args.identity.name("key", limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alias(self, name: str, args: EncryptionKeyArgs, key: kms.Key) -> None:
        kms.Alias(
            f"{name}-alias",
            name=f"alias/{args.identity.name(limit=250)}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )


def key_policy(account_id: str, region: str) -> dict[str, Any]:
    """Who may use the key, beyond what IAM policies of the account grant.

    Services that act without a role of ours need a statement of their own: CloudWatch Logs
    (AWS: Encrypt log data using KMS), CloudWatch alarms that publish to an encrypted topic, and
    the Auto Scaling service role, which must grant EC2 the use of the key for each new disk
    (AWS: Required KMS key policy for use with encrypted volumes).
    """
    log_groups = f"arn:aws:logs:{region}:{account_id}:log-group:*"
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
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow("AccountAdministers", {"AWS": f"arn:aws:iam::{account_id}:root"}, ["kms:*"]),
            _allow(
                "LogsEncrypt",
                {"Service": f"logs.{region}.amazonaws.com"},
                USE,
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            ),
            _allow(
                "AlarmsPublish",
                {"Service": "cloudwatch.amazonaws.com"},
                ["kms:Decrypt", "kms:GenerateDataKey*"],
                {"StringEquals": {"aws:SourceAccount": account_id}},
            ),
            _allow("AutoScalingUses", {"AWS": "*"}, USE, is_scaling_role),
            _allow(
                "AutoScalingGrantsToDisks",
                {"AWS": "*"},
                ["kms:CreateGrant"],
                {**is_scaling_role, "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ],
    }


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
