"""Enhanced Monitoring: the operating system's view of database instances."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import iam

from components.identity import Identity

SENDS_METRICS = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"


@dataclass(frozen=True, kw_only=True)
class EnhancedMonitoringArgs:
    """Which instances may send their metrics."""

    identity: Identity
    region: str
    account_id: pulumi.Input[str]
    identifiers: Sequence[str]


class EnhancedMonitoring(pulumi.ComponentResource):
    """The role with which RDS writes an instance's processes, memory and disks to CloudWatch."""

    role_arn: pulumi.Output[str]
    """Known once the role has its rights."""

    def __init__(
        self, name: str, args: EnhancedMonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:EnhancedMonitoring", name, None, opts)
        role = self._role(name, args)
        attachment = iam.RolePolicyAttachment(
            f"{name}-rights",
            role=role.name,
            policy_arn=SENDS_METRICS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role_arn = pulumi.Output.all(role.arn, attachment.id).apply(lambda known: known[0])
        self.register_outputs({"role_arn": self.role_arn})

    def _role(self, name: str, args: EnhancedMonitoringArgs) -> iam.Role:
        physical_name = args.identity.name(name, limit=64)
        return iam.Role(
            f"{name}-role",
            name=physical_name,
            assume_role_policy=pulumi.Output.from_input(args.account_id).apply(
                lambda account_id: json.dumps(_trust(account_id, args))
            ),
            tags=args.identity.tags("database", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _trust(account_id: str, args: EnhancedMonitoringArgs) -> dict[str, Any]:
    """RDS may take the role for our instances only (AWS: Preventing the confused deputy)."""
    instances = [f"arn:aws:rds:{args.region}:{account_id}:db:{each}" for each in args.identifiers]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["sts:AssumeRole"],
                "Principal": {"Service": "monitoring.rds.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnEquals": {"aws:SourceArn": instances},
                },
            }
        ],
    }
