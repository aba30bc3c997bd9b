"""A Lambda function of one source file, with a role and a log group of its own."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_

from components.aws.server_template import Permission
from components.identity import Identity, Role

RUNTIME = "python3.12"
"""It brings boto3 along, so the source needs no packages."""

ARCHITECTURE = "arm64"
"""A fifth cheaper than x86-64; plain Python runs on either."""

MEMORY_MIB = 256

LOG_RETENTION_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What the function runs, and what it may do."""

    identity: Identity
    role: Role
    source: Path
    """One Python file that imports the standard library and boto3 only."""
    handler: str = "handle"
    """Name of the function in `source` that takes the event and the context."""
    environment: Mapping[str, pulumi.Input[str]] = field(
        default_factory=dict[str, pulumi.Input[str]]
    )
    """Without secrets: whoever may describe the function can read it."""
    permissions: Sequence[Permission]
    """At least one; writing to its own log is granted besides."""
    timeout_seconds: int
    kms_key_arn: pulumi.Input[str]


class Function(pulumi.ComponentResource):
    """A function that AWS services call; it stands in no VPC and has no URL.

    No concurrency is reserved: in an account with the initial quota of ten, Lambda refuses any
    reservation.
    """

    arn: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Function", name, None, opts)
        log_group = self._log_group(name, args)
        role = self._role(name, args)
        policy = self._policy(name, args, role, log_group)
        function = self._function(name, args, role, [log_group, policy])
        self.arn = function.arn
        self.name = function.name
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _log_group(self, name: str, args: FunctionArgs) -> cloudwatch.LogGroup:
        physical_name = _physical_name(name, args)
        return cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/lambda/{physical_name}",
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=args.kms_key_arn,
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _role(self, name: str, args: FunctionArgs) -> iam.Role:
        physical_name = _physical_name(name, args)
        return iam.Role(
            f"{name}-role",
            name=physical_name,
            assume_role_policy=json.dumps(
                _document(
                    [
                        {
                            "Effect": "Allow",
                            "Action": ["sts:AssumeRole"],
                            "Principal": {"Service": "lambda.amazonaws.com"},
                        }
                    ]
                )
            ),
            tags=args.identity.tags(args.role, physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(
        self, name: str, args: FunctionArgs, role: iam.Role, log_group: cloudwatch.LogGroup
    ) -> iam.RolePolicy:
        # The log group exists already, so the function need not be able to make any.
        log = Permission(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.format("{0}:*", log_group.arn)],
        )
        return iam.RolePolicy(
            f"{name}-policy",
            role=role.name,
            policy=pulumi.Output.json_dumps(
                _document([_permitted(permission) for permission in (*args.permissions, log)])
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _function(
        self, name: str, args: FunctionArgs, role: iam.Role, needs: list[pulumi.Resource]
    ) -> lambda_.Function:
        physical_name = _physical_name(name, args)
        return lambda_.Function(
            f"{name}-function",
            name=physical_name,
            role=role.arn,
            runtime=RUNTIME,
            architectures=[ARCHITECTURE],
            memory_size=MEMORY_MIB,
            timeout=args.timeout_seconds,
            handler=f"{args.source.stem}.{args.handler}",
            # As text and not as a file: its path would differ from one machine to the next.
            code=pulumi.AssetArchive(
                {args.source.name: pulumi.StringAsset(args.source.read_text(encoding="utf-8"))}
            ),
            # Lambda keeps no key for an environment that is empty.
            environment=lambda_.FunctionEnvironmentArgs(variables=args.environment)
            if args.environment
            else None,
            kms_key_arn=args.kms_key_arn if args.environment else None,
            tags=args.identity.tags(args.role, physical_name),
            # Without its log group, Lambda would make one that never expires.
            opts=pulumi.ResourceOptions(parent=self, depends_on=needs),
        )


def _physical_name(name: str, args: FunctionArgs) -> str:
    return args.identity.name(name, limit=64)


def _permitted(permission: Permission) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": list(permission.actions),
        "Resource": list(permission.resources),
        **({"Condition": permission.conditions} if permission.conditions else {}),
    }


def _document(statements: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}
