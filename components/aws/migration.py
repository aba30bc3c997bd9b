"""Database migrations: once for each release, before any server runs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi_aws import ssm

from components.aws.failed_run import refuse_to_forget_a_failure
from components.aws.image_access import pull
from components.aws.server_template import Permission, read_secrets
from components.identity import Identity
from service_config import migration
from service_config.secrets import SecretReference

TIMEOUT_SECONDS: Final = 1800
"""How long a migration may take, with the server's first boot and the wait for the database."""

NEVER: Final = "none"
"""Value of the parameter before the first migration."""


@dataclass(frozen=True, kw_only=True)
class MigrationArgs:
    """What is run, on which server, against which database."""

    identity: Identity
    region: str
    image: str
    """Container image of the release; its command `migrate` migrates the database."""
    instance_id: pulumi.Input[str]
    """The operations server. Its role needs `migration_permissions`."""
    database_host: pulumi.Input[str]
    database_port: pulumi.Input[int]
    database_name: pulumi.Input[str]
    database_secret_arn: pulumi.Input[str]
    """JSON with `username` and `password`."""


class Migration(pulumi.ComponentResource):
    """A command that Systems Manager runs on the operations server for each new image.

    An image that has migrated the database before is not run again: going back to a former release
    leaves the database as it is, which an older `migrate` could not read.
    Pulumi waits until it has succeeded; whatever depends on this component is left alone when it
    fails. The provider waits for new associations only, hence each release replaces it, and after
    a failure it has to be replaced by name.
    """

    parameter_name: pulumi.Output[str]
    """SSM parameter that lists the images that the database was migrated to, the newest first."""

    def __init__(
        self, name: str, args: MigrationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Migration", name, None, opts)
        parameter = self._parameter(name, args)
        document = self._document(name, args)
        self._association(name, args, document, parameter)
        self.parameter_name = parameter.name
        self.register_outputs({"parameter_name": self.parameter_name})

    def _parameter(self, name: str, args: MigrationArgs) -> ssm.Parameter:
        return ssm.Parameter(
            f"{name}-parameter",
            name=parameter_name(args.identity),
            type="StringList",
            value=NEVER,
            description="Images that the database was migrated to, the newest first",
            tags=args.identity.tags("database", args.identity.name(name, limit=128)),
            # The script on the server writes it.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["value"]),
        )

    def _document(self, name: str, args: MigrationArgs) -> ssm.Document:
        physical_name = args.identity.name(name, limit=128)
        return ssm.Document(
            f"{name}-document",
            name=physical_name,
            document_type="Command",
            document_format="JSON",
            target_type="/AWS::EC2::Instance",
            content=self._content(args),
            tags=args.identity.tags("database", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _content(self, args: MigrationArgs) -> pulumi.Output[str]:
        return pulumi.Output.all(
            host=args.database_host,
            port=args.database_port,
            database=args.database_name,
            secret=args.database_secret_arn,
        ).apply(lambda known: json.dumps(document(_script(args, known))))

    def _association(
        self, name: str, args: MigrationArgs, document: ssm.Document, parameter: ssm.Parameter
    ) -> None:
        physical_name = args.identity.name(name, limit=128)
        ssm.Association(
            f"{name}-association",
            association_name=physical_name,
            name=document.name,
            # AWS runs it once: when it is made, for it has no schedule.
            parameters={"image": args.image},
            targets=[
                ssm.AssociationTargetArgs(key="InstanceIds", values=[args.instance_id]),
            ],
            compliance_severity="CRITICAL",
            wait_for_success_timeout_seconds=TIMEOUT_SECONDS,
            tags=args.identity.tags("database", physical_name),
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[parameter],
                replace_on_changes=["parameters", "targets"],
                delete_before_replace=True,
                hooks=pulumi.ResourceHookBinding(
                    before_update=[refuse_to_forget_a_failure("the last database migration")]
                ),
            ),
        )


def parameter_name(identity: Identity) -> str:
    """Name of the parameter that lists the images that the database was migrated to."""
    return identity.path("migrated-images")


def migration_permissions(
    *,
    identity: Identity,
    region: str,
    account_id: pulumi.Input[str],
    image: str,
    database_secret_arn: pulumi.Input[str],
    kms_key_arn: pulumi.Input[str],
) -> list[Permission]:
    """What the role of the server that migrates must be allowed to do."""
    parameter = pulumi.Output.concat(
        f"arn:aws:ssm:{region}:", account_id, f":parameter{parameter_name(identity)}"
    )
    return [
        Permission(actions=["ssm:GetParameter", "ssm:PutParameter"], resources=[parameter]),
        *read_secrets([database_secret_arn], kms_key_arn),
        *pull(image),
    ]


def _script(args: MigrationArgs, known: Mapping[str, Any]) -> str:
    return migration.script(
        image=args.image,
        parameter=parameter_name(args.identity),
        region=args.region,
        environment={
            "AWS_REGION": args.region,
            "DB_HOST": known["host"],
            "DB_NAME": known["database"],
            "DB_PORT": str(known["port"]),
        },
        secret_references={
            "DB_USER": SecretReference(arn=known["secret"], key="username"),
            "DB_PASSWORD": SecretReference(arn=known["secret"], key="password"),
        },
    )


def document(script: str) -> dict[str, Any]:
    """A command document (AWS: schema version 2.2) that runs one script.

    The image stands in the script already; as a parameter it makes each release another
    association, and tells in the console which release a run was for.
    """
    return {
        "schemaVersion": "2.2",
        "description": "Migrates the database to what an image of the application expects.",
        "parameters": {
            "image": {
                "type": "String",
                "description": "The image, for information.",
                "allowedPattern": "^[A-Za-z0-9._:/@-]+$",
            }
        },
        "mainSteps": [
            {
                "name": "migrate",
                "action": "aws:runShellScript",
                "precondition": {"StringEquals": ["platformType", "Linux"]},
                "inputs": {"timeoutSeconds": str(TIMEOUT_SECONDS), "runCommand": [script]},
            }
        ],
    }
