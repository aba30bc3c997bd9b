"""AWS Config: what every resource of the account looked like, and since when."""

import json
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import cfg, iam

from components.identity import Identity

NAME: Final = "default"
"""AWS's own name for it: a region of an account has one recorder and one channel."""

MANAGED_POLICY: Final = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
"""Lets Config look at every kind of resource."""


@dataclass(frozen=True, kw_only=True)
class AccountRecorderArgs:
    """Where what Config records is kept."""

    identity: Identity
    account_id: pulumi.Input[str]
    bucket: pulumi.Input[str]
    """Name of the audit bucket."""
    kms_key_arn: pulumi.Input[str]


class AccountRecorder(pulumi.ComponentResource):
    """Records all kinds of resources and delivers to the audit bucket, once a day as a whole."""

    def __init__(
        self, name: str, args: AccountRecorderArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:AccountRecorder", name, None, opts)
        role, rights = self._role(name, args)
        recorder = cfg.Recorder(
            f"{name}-recorder",
            name=NAME,
            role_arn=role.arn,
            recording_group=cfg.RecorderRecordingGroupArgs(
                all_supported=True, include_global_resource_types=True
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=rights),
        )
        channel = cfg.DeliveryChannel(
            f"{name}-channel",
            name=NAME,
            s3_bucket_name=args.bucket,
            s3_kms_key_arn=args.kms_key_arn,
            snapshot_delivery_properties=cfg.DeliveryChannelSnapshotDeliveryPropertiesArgs(
                delivery_frequency="TwentyFour_Hours"
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
        )
        cfg.RecorderStatus(
            f"{name}-status",
            name=recorder.name,
            is_enabled=True,
            # A recorder starts only when it knows where to deliver.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[channel]),
        )
        self.register_outputs({})

    def _role(self, name: str, args: AccountRecorderArgs) -> tuple[iam.Role, list[pulumi.Resource]]:
        physical_name = args.identity.name(name, limit=64)
        role = iam.Role(
            f"{name}-role",
            name=physical_name,
            description="Lets AWS Config look at resources and deliver what it saw",
            assume_role_policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account_id: json.dumps(trust_policy(account_id))
            ),
            tags=args.identity.tags("audit", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        attachment = iam.RolePolicyAttachment(
            f"{name}-look",
            role=role.name,
            policy_arn=MANAGED_POLICY,
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = iam.RolePolicy(
            f"{name}-deliver",
            role=role.name,
            policy=pulumi.Output.all(
                bucket=args.bucket, account=args.account_id, key=args.kms_key_arn
            ).apply(lambda known: json.dumps(delivery_policy(**known))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role, [attachment, policy]


def trust_policy(account_id: str) -> dict[str, Any]:
    """Only Config of this account may take the role."""
    return _document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Service": "config.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ]
    )


def delivery_policy(bucket: str, account: str, key: str) -> dict[str, Any]:
    """Look at the bucket, and write below Config's own prefix (AWS: IAM role for AWS Config)."""
    arn = f"arn:aws:s3:::{bucket}"
    return _document(
        [
            {"Effect": "Allow", "Action": ["s3:GetBucketAcl", "s3:ListBucket"], "Resource": [arn]},
            {
                "Effect": "Allow",
                "Action": ["s3:PutObject", "s3:PutObjectAcl"],
                "Resource": [f"{arn}/AWSLogs/{account}/Config/*"],
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            },
            {
                "Effect": "Allow",
                "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                "Resource": [key],
            },
        ]
    )


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
