"""Rotation of the database's password, which RDS does not do for a primary with a replica."""

from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_aws import lambda_, secretsmanager

from components.aws.function import Function, FunctionArgs
from components.aws.server_template import Permission
from components.identity import Identity

SOURCE = Path(__file__).parent / "functions" / "rotate_database_password.py"

SCHEDULE = "cron(0 3 1 * ? *)"
"""UTC: the first of every month, between backup and maintenance (components/aws/database.py)."""

WINDOW = "1h"

TIMEOUT_SECONDS = 300
"""RDS takes a new password within a minute or two."""


@dataclass(frozen=True, kw_only=True)
class PasswordRotationArgs:
    """Which password, and of which database."""

    identity: Identity
    kms_key_arn: pulumi.Input[str]
    """The key that encrypts the secret."""
    secret_arn: pulumi.Input[str]
    """Holds a JSON object with `username` and `password`."""
    instance_identifier: pulumi.Input[str]
    instance_arn: pulumi.Input[str]


class PasswordRotation(pulumi.ComponentResource):
    """A function that gives the database a new password, and the schedule to call it.

    Pulumi keeps the first password only: neither the function nor the schedule tells it another
    (docs/adr/0005-database-password.md).
    """

    function_arn: pulumi.Output[str]
    function_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: PasswordRotationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:PasswordRotation", name, None, opts)
        function = self._function(name, args)
        self._schedule(name, args, function, self._permission(name, args, function))
        self.function_arn = function.arn
        self.function_name = function.name
        self.register_outputs({"function_arn": self.function_arn})

    def _function(self, name: str, args: PasswordRotationArgs) -> Function:
        return Function(
            name,
            FunctionArgs(
                identity=args.identity,
                role="database",
                source=SOURCE,
                environment={"DATABASE_IDENTIFIER": args.instance_identifier},
                permissions=[
                    Permission(
                        actions=[
                            "secretsmanager:DescribeSecret",
                            "secretsmanager:GetSecretValue",
                            "secretsmanager:PutSecretValue",
                            "secretsmanager:UpdateSecretVersionStage",
                        ],
                        resources=[args.secret_arn],
                    ),
                    Permission(
                        actions=["rds:DescribeDBInstances", "rds:ModifyDBInstance"],
                        resources=[args.instance_arn],
                    ),
                    Permission(
                        actions=["kms:Decrypt", "kms:GenerateDataKey"],
                        resources=[args.kms_key_arn],
                    ),
                ],
                timeout_seconds=TIMEOUT_SECONDS,
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permission(
        self, name: str, args: PasswordRotationArgs, function: Function
    ) -> lambda_.Permission:
        return lambda_.Permission(
            f"{name}-permission",
            function=function.name,
            action="lambda:InvokeFunction",
            principal="secretsmanager.amazonaws.com",
            source_arn=args.secret_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _schedule(
        self,
        name: str,
        args: PasswordRotationArgs,
        function: Function,
        permission: lambda_.Permission,
    ) -> None:
        secretsmanager.SecretRotation(
            f"{name}-schedule",
            secret_id=args.secret_arn,
            rotation_lambda_arn=function.arn,
            # Not in the middle of an update, while servers still read the first password.
            rotate_immediately=False,
            rotation_rules=secretsmanager.SecretRotationRotationRulesArgs(
                schedule_expression=SCHEDULE, duration=WINDOW
            ),
            # Secrets Manager calls the function to try it out.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
