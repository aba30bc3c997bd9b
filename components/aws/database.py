"""PostgreSQL on RDS: a primary with a standby in another zone, and a read replica."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, rds

from components.aws.database_monitoring import EnhancedMonitoring, EnhancedMonitoringArgs
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

MONITORING_SECONDS = 60

CERTIFICATE_AUTHORITY = "rds-ca-rsa2048-g1"
"""Signs the servers' certificates until 2061; named, so that a new default of AWS's changes nothing
behind the back of clients that verify it."""

FROM_THE_BEGINNING = [
    "dbName",
    "finalSnapshotIdentifier",
    "kmsKeyId",
    "password",
    "restoreToPointInTime",
    "username",
]
"""How the primary came to be. None of it changes on a live instance: the password is rotated
outside of Pulumi, the final snapshot is named after the beginning, and the rest would replace the
database, for instance once the settings no longer say what it was restored from."""


@dataclass(frozen=True, kw_only=True)
class DatabaseCopy:
    """Another region that the automated backups are copied to."""

    region: str
    kms_key_arn: pulumi.Input[str]
    """A key in that region."""


@dataclass(frozen=True, kw_only=True)
class DatabaseArgs:
    """How big the database is, where it stands, and how hard it is to lose."""

    identity: Identity
    settings: DatabaseSettings
    region: str
    account_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Isolated subnets, one in each of the zones."""
    zones: Sequence[str]
    """Availability zones, at least two."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    protect: bool
    """Refuse, in Pulumi, to delete or replace the instances."""
    retain: bool
    """Leave automated backups and a final snapshot behind when the primary is deleted."""
    copy: DatabaseCopy | None = None
    restore_from: str | None = None
    """ARN of an automated backup in this region to begin with, instead of an empty database."""


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
    identifier: pulumi.Output[str]
    replica_identifier: pulumi.Output[str]
    instance_arn: pulumi.Output[str]
    copy_arn: pulumi.Output[str] | None
    """The copied automated backup, to restore from in the other region."""

    def __init__(
        self, name: str, args: DatabaseArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Database", name, None, opts)
        secret = self._secret(name, args)
        parameters = self._parameters(name, args)
        monitoring = self._monitoring(name, args)
        primary = self._primary(name, args, secret, parameters, monitoring)
        replica = self._replica(name, args, primary, parameters, monitoring)
        self.host = primary.address
        self.port = ports.POSTGRES
        self.database_name = DATABASE_NAME
        self.replica_host = replica.address
        self.secret_arn = secret.arn
        self.identifier = primary.identifier
        self.replica_identifier = replica.identifier
        self.instance_arn = primary.arn
        self.copy_arn = self._copy(name, args, primary)
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
                rotated=True,
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

    def _logs(self, name: str, args: DatabaseArgs, identifier: str) -> list[pulumi.Resource]:
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

    def _monitoring(self, name: str, args: DatabaseArgs) -> EnhancedMonitoring:
        return EnhancedMonitoring(
            f"{name}-monitoring",
            EnhancedMonitoringArgs(
                identity=args.identity,
                region=args.region,
                account_id=args.account_id,
                identifiers=[
                    args.identity.name(name, limit=63),
                    args.identity.name(name, "replica", limit=63),
                ],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _primary(
        self,
        name: str,
        args: DatabaseArgs,
        secret: GeneratedSecret,
        parameters: rds.ParameterGroup,
        monitoring: EnhancedMonitoring,
    ) -> rds.Instance:
        identifier = args.identity.name(name, limit=63)
        settings = args.settings
        return rds.Instance(
            f"{name}-primary",
            identifier=identifier,
            engine="postgres",
            engine_version=settings.engine_version,
            allocated_storage=settings.storage_gib,
            **_origin(args),
            password=secret.value,
            port=ports.POSTGRES,
            multi_az=settings.multi_az,
            db_subnet_group_name=self._subnet_group(name, args).name,
            backup_retention_period=settings.backup_retention_days,
            backup_window=BACKUP_WINDOW,
            delete_automated_backups=not args.retain,
            skip_final_snapshot=not args.retain,
            final_snapshot_identifier=_final_snapshot(identifier),
            **_common(args, parameters, monitoring),
            tags=args.identity.tags("database", identifier),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                ignore_changes=FROM_THE_BEGINNING,
                depends_on=self._logs(f"{name}-primary", args, identifier),
            ),
        )

    def _replica(
        self,
        name: str,
        args: DatabaseArgs,
        primary: rds.Instance,
        parameters: rds.ParameterGroup,
        monitoring: EnhancedMonitoring,
    ) -> rds.Instance:
        identifier = args.identity.name(name, "replica", limit=63)
        return rds.Instance(
            f"{name}-replica",
            identifier=identifier,
            # Engine, user, subnets, storage size and key come from the primary: RDS refuses any
            # mention of a key within one region.
            replicate_source_db=primary.identifier,
            availability_zone=primary.availability_zone.apply(
                lambda taken: _another_zone(args.zones, taken)
            ),
            # RDS takes no final snapshot of a replica: all it holds is in the primary.
            skip_final_snapshot=True,
            **_common(args, parameters, monitoring),
            tags=args.identity.tags("database", identifier),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=args.protect,
                # A Multi-AZ failover moves the primary, perhaps into the zone of the replica;
                # another zone would replace the replica just when it is needed most.
                ignore_changes=["availabilityZone"],
                depends_on=self._logs(f"{name}-replica", args, identifier),
            ),
        )

    def _copy(
        self, name: str, args: DatabaseArgs, primary: rds.Instance
    ) -> pulumi.Output[str] | None:
        if args.copy is None:
            return None
        copy = rds.InstanceAutomatedBackupsReplication(
            f"{name}-copy",
            region=args.copy.region,
            source_db_instance_arn=primary.arn,
            kms_key_id=args.copy.kms_key_arn,
            retention_period=args.settings.backup_retention_days,
            # Deleting it ends the copying. What was copied stays until its own days are over.
            # RDS copies the backups of an instance to a region once.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return copy.id


def _origin(args: DatabaseArgs) -> dict[str, Any]:
    """What the primary begins with.

    A backup brings database, user and key along. What AWS takes only of an instance that is there,
    its password above all, follows after the restore (docs/runbooks/second-region.md).
    """
    if args.restore_from is None:
        return {"db_name": DATABASE_NAME, "username": USERNAME, "kms_key_id": args.kms_key_arn}
    return {
        "restore_to_point_in_time": rds.InstanceRestoreToPointInTimeArgs(
            source_db_instance_automated_backups_arn=args.restore_from,
            use_latest_restorable_time=True,
        )
    }


def _final_snapshot(identifier: str) -> str:
    """Name the last snapshot after the instance's beginning.

    RDS refuses a name that is taken, and with it the deletion: a database that is made again under
    the same identifier must not end like the one before. Only what stands in the state counts.
    """
    return f"{identifier}-final-{datetime.now(UTC):%Y%m%d%H%M%S}"


def _common(
    args: DatabaseArgs, parameters: rds.ParameterGroup, monitoring: EnhancedMonitoring
) -> dict[str, Any]:
    """What primary and replica share."""
    return {
        "instance_class": args.settings.instance_class,
        "storage_type": "gp3",
        "max_allocated_storage": args.settings.max_storage_gib,
        "storage_encrypted": True,
        "vpc_security_group_ids": [args.security_group_id],
        "publicly_accessible": False,
        "ca_cert_identifier": CERTIFICATE_AUTHORITY,
        "parameter_group_name": parameters.name,
        "auto_minor_version_upgrade": False,
        "apply_immediately": False,
        "maintenance_window": MAINTENANCE_WINDOW,
        "copy_tags_to_snapshot": True,
        "deletion_protection": args.settings.deletion_protection,
        "enabled_cloudwatch_logs_exports": LOG_EXPORTS,
        "monitoring_interval": MONITORING_SECONDS,
        "monitoring_role_arn": monitoring.role_arn,
        "performance_insights_enabled": True,
        "performance_insights_kms_key_id": args.kms_key_arn,
    }


def _another_zone(zones: Sequence[str], taken: str) -> str:
    return next(zone for zone in zones if zone != taken)
