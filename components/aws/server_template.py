"""What every server of ours has in common: image, disk, metadata, identity and its rights."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
from pulumi_aws import ec2, iam

from components.aws.patching import patch_group
from components.identity import Identity, Role

NEWEST_IMAGE = (
    "resolve:ssm:/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
)
"""Canonical's newest Ubuntu 22.04 LTS: EC2 looks it up at each launch, so a new server starts
patched and a preview asks nothing of AWS."""

MANAGED_BY_SSM = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
"""Sessions, patches and commands through Systems Manager instead of ssh."""

USER_DATA_LIMIT = 16_384
"""Bytes of user data that EC2 accepts, before base64."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """One IAM statement: what the servers may do to which resources."""

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    conditions: Mapping[str, Mapping[str, Sequence[str]]] = field(
        default_factory=dict[str, Mapping[str, Sequence[str]]]
    )
    """IAM's own form: operator → condition key → values."""


@dataclass(frozen=True, kw_only=True)
class ServerTemplateArgs:
    """How big the servers are, what they run, and what they may do."""

    identity: Identity
    role: Role
    instance_type: str
    disk_gib: int
    security_group_id: pulumi.Input[str]
    user_data: pulumi.Input[str]
    """Cloud-init text without secrets: whoever may describe instances can read it."""
    permissions: Sequence[Permission]
    """At least one; managing the servers through Systems Manager is granted besides."""
    kms_key_arn: pulumi.Input[str]
    image: str = NEWEST_IMAGE
    """ID of the machine image, or where EC2 finds it."""
    metadata_hops: Literal[1, 2] = 1
    """How far metadata, and with it the role's credentials, may travel. 1 keeps them on the
    server itself; 2 lets them into containers, which are one network hop further away."""


class ServerTemplate(pulumi.ComponentResource):
    """A launch template with an IAM role of its own."""

    id: pulumi.Output[str]
    latest_version: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: ServerTemplateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:ServerTemplate", name, None, opts)
        role = self._role(name, args)
        profile = self._profile(name, args, role, self._rights(name, args, role))
        template = self._template(name, args, profile)
        self.id = template.id
        self.latest_version = template.latest_version.apply(str)
        self.role_name = role.name
        self.register_outputs({"id": self.id, "latest_version": self.latest_version})

    def _role(self, name: str, args: ServerTemplateArgs) -> iam.Role:
        physical_name = args.identity.name(name, limit=64)
        return iam.Role(
            f"{name}-role",
            name=physical_name,
            assume_role_policy=json.dumps(
                _document(
                    [_statement(["sts:AssumeRole"], Principal={"Service": "ec2.amazonaws.com"})]
                )
            ),
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rights(self, name: str, args: ServerTemplateArgs, role: iam.Role) -> list[pulumi.Resource]:
        attachment = iam.RolePolicyAttachment(
            f"{name}-ssm",
            role=role.name,
            policy_arn=MANAGED_BY_SSM,
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                _document(
                    [
                        *(_permitted(permission) for permission in args.permissions),
                        _other_parameters_denied(args.identity),
                    ]
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [attachment, policy]

    def _profile(
        self,
        name: str,
        args: ServerTemplateArgs,
        role: iam.Role,
        rights: list[pulumi.Resource],
    ) -> iam.InstanceProfile:
        physical_name = args.identity.name(name, limit=128)
        return iam.InstanceProfile(
            f"{name}-profile",
            name=physical_name,
            role=role.name,
            tags=args.identity.tags(args.role, physical_name),
            # No server starts before its role has its rights: the SSM agent, once refused, waits
            # for up to an hour before it asks again.
            opts=pulumi.ResourceOptions(parent=self, depends_on=rights),
        )

    def _template(
        self, name: str, args: ServerTemplateArgs, profile: iam.InstanceProfile
    ) -> ec2.LaunchTemplate:
        physical_name = args.identity.name(name, limit=128)
        tags = args.identity.tags(args.role, physical_name)
        # Servers get no public address because all of them stand in private subnets. The
        # template cannot forbid it: EC2 refuses a template with network interfaces together
        # with the subnet that a single instance names.
        return ec2.LaunchTemplate(
            f"{name}-template",
            name=physical_name,
            image_id=args.image,
            instance_type=args.instance_type,
            vpc_security_group_ids=[args.security_group_id],
            iam_instance_profile=ec2.LaunchTemplateIamInstanceProfileArgs(arn=profile.arn),
            user_data=pulumi.Output.from_input(args.user_data).apply(encode_user_data),
            block_device_mappings=[_root_disk(args)],
            metadata_options=ec2.LaunchTemplateMetadataOptionsArgs(
                http_endpoint="enabled",
                http_tokens="required",
                http_put_response_hop_limit=args.metadata_hops,
            ),
            monitoring=ec2.LaunchTemplateMonitoringArgs(enabled=True),
            tag_specifications=[
                ec2.LaunchTemplateTagSpecificationArgs(
                    resource_type="instance",
                    tags=server_tags(args.identity, args.role, physical_name),
                ),
                ec2.LaunchTemplateTagSpecificationArgs(resource_type="volume", tags=tags),
            ],
            update_default_version=True,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )


def server_tags(identity: Identity, role: Role, name: str) -> dict[str, str]:
    """Tags of a server.

    By `PatchGroup` Systems Manager knows which patches it is to have. A single instance gets all of
    them itself: what it only inherited from its template, the next update would take away.
    """
    return {**identity.tags(role, name), "PatchGroup": patch_group(identity)}


def read_secrets(
    arns: Sequence[pulumi.Input[str]], kms_key_arn: pulumi.Input[str]
) -> list[Permission]:
    """Permission to fetch exactly these secrets and to decrypt them."""
    return [
        Permission(actions=["secretsmanager:GetSecretValue"], resources=arns),
        Permission(actions=["kms:Decrypt"], resources=[kms_key_arn]),
    ]


def encode_user_data(text: str) -> str:
    """Base64, as launch templates want it.

    Raises:
        ValueError: EC2 would refuse text of this length, though only when a server starts.
    """
    content = text.encode()
    if len(content) > USER_DATA_LIMIT:
        raise ValueError(
            f"user data has {len(content)} bytes, but EC2 accepts at most {USER_DATA_LIMIT}; "
            "fetch part of it at boot instead"
        )
    return base64.b64encode(content).decode()


def _root_disk(args: ServerTemplateArgs) -> ec2.LaunchTemplateBlockDeviceMappingArgs:
    return ec2.LaunchTemplateBlockDeviceMappingArgs(
        device_name="/dev/sda1",  # the root device of Ubuntu's images
        ebs=ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
            volume_type="gp3",
            volume_size=args.disk_gib,
            encrypted="true",
            kms_key_id=args.kms_key_arn,
            delete_on_termination="true",
        ),
    )


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _permitted(permission: Permission) -> dict[str, Any]:
    conditions = {"Condition": permission.conditions} if permission.conditions else {}
    return _statement(permission.actions, Resource=list(permission.resources), **conditions)


def _other_parameters_denied(identity: Identity) -> dict[str, Any]:
    """AmazonSSMManagedInstanceCore lets a server read every parameter of the account."""
    own = f"arn:aws:ssm:*:*:parameter{identity.path('*')}"
    published_by_aws = "arn:aws:ssm:*::parameter/aws/*"
    return {
        "Effect": "Deny",
        "Action": ["ssm:GetParameter", "ssm:GetParameters"],
        "NotResource": [own, published_by_aws],
    }


def _statement(actions: Sequence[str], **scope: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), **scope}
