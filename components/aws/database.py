"""PostgreSQL on RDS: a primary with a standby in another zone, and a read replica."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, rds

from components.aws.secrets import GeneratedSecret, GeneratedSecretArgs
from components.identity import Identity
from service_config import ports, postgresql
from settings.servers import DatabaseSettings

DATABASE_NAME = "messaging"
USERNAME = "messaging"

LOG_EXPORTS = ("postgresql", "upgrade")
"""The first holds what pgaudit writes (guide, Audit Logging)."""

LOG_RETENTION_DAYS = 365
"""RDS itself would make log groups that never expire and are not encrypted with our key."""

# UTC. AWS wants the two windows apart, and backups first gives maintenance a fresh one.
BACKUP_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:03:30-sun:04:30"


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """How big the database is, where it stands, and how hard it is to lose."""

    identity: Identity
    settings: DatabaseSettings
    subnet_ids: Sequence[pulumi.Input[str]]
    """Isolated subnets, in two zones at least."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    protect: bool
    """Refuse, in Pulumi, to delete or replace the instances; keep backups and a final snapshot."""


class Database(pulumi.ComponentResource):
    """Primary and read replica, tuned and audited as the guide asks.

    Versions change only through the settings: automatic minor upgrades would leave the stack
    asking for a version older than the one that runs. A change that interrupts service, of the
    instance class for example, waits for the maintenance window.
    """

    host: pulumi.Output[str]
    port: int
    database_name: str
    replica_host: pulumi.Output[str]
    secret_arn: pulumi.Output[str]
    """Holds a JSON object with `username` and `password`."""

    def __init__(
        self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Database", name, None, opts)
        secret = self._secret(name, args)
        parameters = self._parameters(name, args)
        primary = self._primary(name, args, secret, parameters)
        replica = self._replica(name, args, primary, parameters)
        self.host = primary.address
        self.port = ports.POSTGRES
        self.database_name = DATABASE_NAME
        self.replica_host = replica.address
        self.secret_arn = secret.arn
        self.register_outputs({"host": self.host, "replica_host": self.replica_host})

    def _secret(self, name: str, args: DatabaseArgs) -> GeneratedSecret:
        # RDS cannot manage the password itself: it refuses read replicas of an instance whose
        # password it keeps in Secrets Manager (docs/adr/0005-database-password.md).
        return GeneratedSecret(
            name,
            GeneratedSecretArgs(
                identity=args.identity,
                purpose="database",
                role="database",
                kms_key_arn=args.kms_key_arn,
                fields={"username": USERNAME},
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _parameters(self, name: str, args: DatabaseArgs) -> rds.ParameterGroup:
        return rds.ParameterGroup(
            # Named by Pulumi from this: a new major version needs a new group beside the old one.
            f"{name}-parameters",
            family=f"postgres{args.settings.engine_major}",
            parameters=[
                rds.ParameterGroupParameterArgs(
                    name=each.name, value=each.value, apply_method=each.apply_method
                )
                for each in postgresql.rds_parameters()
            ],
            tags=args.identity.tags("database", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _subnet_group(self, name: str, args: DatabaseArgs) -> rds.SubnetGroup:
        return rds.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=args.subnet_ids,
            tags=args.identity.tags("database", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _log_groups(
        self, name: str, args: DatabaseArgs, identifier: str
    ) -> list[cloudwatch.LogGroup]:
        return [
            cloudwatch.LogGroup(
                f"{name}-{log}-log",
                name=f"/aws/rds/instance/{identifier}/{log}",
                retention_in_days=LOG_RETENTION_DAYS,
                kms_key_id=args.kms_key_arn,
                tags=args.identity.tags("database", f"{identifier}-{log}"),
                opts=pulumi.ResourceOptions(parent=self),
            )
            for log in LOG_EXPORTS
        ]

    def _primary(
        self,
        name: str,
        args: DatabaseArgs,
        secret: GeneratedSecret,
        parameters: rds.ParameterGroup,
    ) -> rds.Instance:
        identifier = args.identity.name(name, limit=63)
        settings = args.settings
        return rds.Instance(
            f"{name}-primary",
            identifier=identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            auto_minor_version_upgrade=False,
            instance_class=settings.instance_class,
            storage_type="gp3",
            allocated_storage=settings.storage_gib,
            max_allocated_storage=settings.max_storage_gib,
            storage_encrypted=True,
            kms_key_id=args.kms_key_arn,
            db_name=DATABASE_NAME,
            username=USERNAME,
            password=secret.value,
            port=ports.POSTGRES,
            multi_az=settings.multi_az,
            db_subnet_group_name=self._subnet_group(name, args).name,
            vpc_security_group_ids=[args.security_group_id],
            publicly_accessible=False,
            parameter_group_name=parameters.name,
            backup_retention_period=settings.backup_retention_days,
            backup_window=BACKUP_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            copy_tags_to_snapshot=True,
            delete_automated_backups=not args.protect,
            skip_final_snapshot=not args.protect,
            final_snapshot_identifier=f"{identifier}-final" if args.protect else None,
            deletion_protection=settings.deletion_protection,
            enabled_cloudwatch_logs_exports=LOG_EXPORTS,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.kms_key_arn,
            tags=args.identity.tags("database", identifier),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=self._log_groups(f"{name}-primary", args, identifier),
            ),
        )

    def _replica(
        self,
        name: str,
        args: DatabaseArgs,
        primary: rds.Instance,
        parameters: rds.ParameterGroup,
    ) -> rds.Instance:
        identifier = args.identity.name(name, "replica", limit=63)
        settings = args.settings
        return rds.Instance(
            f"{name}-replica",
            identifier=identifier,
            # Engine, user, subnets and storage size come from the primary.
            replicate_source_db=primary.identifier,
            auto_minor_version_upgrade=False,
            instance_class=settings.instance_class,
            storage_type="gp3",
            max_allocated_storage=settings.max_storage_gib,
            # With the primary's key: RDS refuses any mention of a key within one region.
            storage_encrypted=True,
            vpc_security_group_ids=[args.security_group_id],
            publicly_accessible=False,
            parameter_group_name=parameters.name,
            maintenance_window=MAINTENANCE_WINDOW,
            copy_tags_to_snapshot=True,
            # RDS takes no final snapshot of a replica: all it holds is in the primary.
            skip_final_snapshot=True,
            deletion_protection=settings.deletion_protection,
            enabled_cloudwatch_logs_exports=LOG_EXPORTS,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=args.kms_key_arn,
            tags=args.identity.tags("database", identifier),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                depends_on=self._log_groups(f"{name}-replica", args, identifier),
            ),
        )
