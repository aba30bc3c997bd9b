"""What the procedures of `ops` may do to the platform, from the operations server.

Reading backups, writing them and telling people is `operations_access`. What destroys data is
granted nowhere: neither deleting objects nor ending instances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi

from components.aws.data_stores import DATABASE_LABEL
from components.aws.dns import PrivateZone
from components.aws.restart import document_name
from components.aws.server_group import membership
from components.aws.server_template import Permission
from components.identity import Identity
from settings.servers import ServerGroupSettings

PATCH_DOCUMENT: Final = "AWS-RunPatchBaseline"
"""AWS's own: installs what the platform's baseline approves."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One environment in one region of an account."""

    identity: Identity
    region: str
    account_id: pulumi.Input[str]

    def arn(self, service: str, resource: pulumi.Input[str]) -> pulumi.Output[str]:
        """Return the ARN of a resource there."""
        return pulumi.Output.concat(
            f"arn:aws:{service}:{self.region}:", self.account_id, ":", resource
        )


def server_permissions(place: Place, groups: dict[str, ServerGroupSettings]) -> list[Permission]:
    """Return what `ops status`, `logs`, `restart`, `scale-up` and `update` take.

    Args:
        groups: settings by name of the server group.
    """
    members = [membership(place.identity, name, each.role) for name, each in groups.items()]
    scaled = [
        place.arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{each.group}")
        for each in members
    ]
    logs = [place.arn("logs", f"log-group:{each.log_group}:*") for each in members]
    return [
        # AWS offers no narrower resource for these, which change nothing.
        Permission(
            actions=[
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeInstanceRefreshes",
                "ec2:DescribeInstanceStatus",
                "elasticloadbalancing:DescribeTargetHealth",
                "ssm:GetCommandInvocation",
            ],
            resources=["*"],
        ),
        Permission(actions=["logs:FilterLogEvents"], resources=logs),
        Permission(
            actions=["autoscaling:SetDesiredCapacity", "autoscaling:StartInstanceRefresh"],
            resources=scaled,
        ),
        *_command_permissions(place),
    ]


def _command_permissions(place: Place) -> list[Permission]:
    """Two commands, on servers of this environment; Systems Manager asks for both rights."""
    tags = {"Project": place.identity.project, "Environment": place.identity.environment}
    documents: Sequence[pulumi.Input[str]] = [
        place.arn("ssm", f"document/{document_name(place.identity)}"),
        f"arn:aws:ssm:{place.region}::document/{PATCH_DOCUMENT}",
    ]
    return [
        Permission(actions=["ssm:SendCommand"], resources=documents),
        Permission(
            actions=["ssm:SendCommand"],
            resources=[place.arn("ec2", "instance/*")],
            conditions={
                "StringEquals": {f"ssm:resourceTag/{key}": [tag] for key, tag in tags.items()}
            },
        ),
    ]


def failover_permissions(
    place: Place, *, identifiers: Sequence[pulumi.Input[str]], zone: PrivateZone
) -> list[Permission]:
    """Return what `ops failover` takes on RDS.

    Args:
        identifiers: of the primary and its replica, which change parts at a failover.
        zone: where the database has the name that applications know.
    """
    return [
        # It looks for the instance behind an address, and so asks for all.
        Permission(actions=["rds:DescribeDBInstances"], resources=[place.arn("rds", "db:*")]),
        Permission(
            actions=["rds:RebootDBInstance", "rds:PromoteReadReplica"],
            resources=[
                place.arn("rds", pulumi.Output.concat("db:", identifier))
                for identifier in identifiers
            ],
        ),
        # AWS offers no narrower resource for it.
        Permission(actions=["route53:ListHostedZones"], resources=["*"]),
        Permission(actions=["route53:ListResourceRecordSets"], resources=[zone.arn]),
        Permission(
            actions=["route53:ChangeResourceRecordSets"],
            resources=[zone.arn],
            conditions={
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": [
                        f"{DATABASE_LABEL}.{zone.name}"
                    ],
                    "route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"],
                    "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
                }
            },
        ),
    ]
