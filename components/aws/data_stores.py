"""What holds users' data: database, cache, media, backups, and their copies."""

from dataclasses import dataclass
from typing import Final, Literal

import pulumi

from components.aws.cache import CacheServers, CacheServersArgs
from components.aws.database import Database, DatabaseArgs, DatabaseCopy
from components.aws.elasticache import ElastiCache, ElastiCacheArgs
from components.aws.foundation import Foundation
from components.aws.password_rotation import PasswordRotation, PasswordRotationArgs
from components.aws.storage import Bucket, BucketArgs
from components.aws.storage_copy import BucketCopy, BucketCopyArgs
from components.identity import Identity
from settings import Settings
from settings.recovery import RecoverySettings

DataPurpose = Literal["backups", "media"]

DATABASE_LABEL: Final = "postgres"
"""In the private zone, of the primary: a failover turns this name to another instance."""


@dataclass(frozen=True, kw_only=True)
class DataStoresArgs:
    """One environment, and what it stands on."""

    identity: Identity
    settings: Settings
    foundation: Foundation


@dataclass(frozen=True, kw_only=True)
class DataBucket:
    """A bucket of users' data: the stack's own, or in a recovery stack another one's copy."""

    bucket: pulumi.Output[str]
    versioned: pulumi.Output[str]
    """The name, known once the bucket keeps versions."""
    arn: pulumi.Output[str]
    kms_key_arn: pulumi.Output[str]
    is_own: bool
    """Whether this stack made it."""


@dataclass(frozen=True, kw_only=True)
class Copies:
    """What the second region holds, and needs when the first one is lost."""

    backups: pulumi.Output[str]
    media: pulumi.Output[str]
    database_backup_arn: pulumi.Output[str]
    kms_key_arn: pulumi.Output[str]


class DataStores(pulumi.ComponentResource):
    """Database, cache and buckets, which outlive every server."""

    backups: DataBucket
    media: DataBucket
    database: Database
    rotation: PasswordRotation
    database_host: pulumi.Output[str]
    """The name of the primary in the private zone, which survives a failover."""
    replica_host: pulumi.Output[str]
    cache: CacheServers | ElastiCache
    copies: Copies | None

    def __init__(
        self, name: str, args: DataStoresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:DataStores", name, None, opts)
        self._args = args
        self._foundation, self._settings = args.foundation, args.settings
        self._child = pulumi.ResourceOptions(parent=self)
        copy_key_arn = self._copy_key()
        self.backups = self._bucket("backups")
        self.media = self._bucket("media")
        self.database = self._databases(copy_key_arn)
        self.rotation = self._rotation()
        names = args.foundation.names
        # A failover turns both (guide, Failover Procedures). Turned back by an update, the first
        # one would send every write to the instance that was given up.
        self.database_host = names.add_alias(DATABASE_LABEL, self.database.host, moves=True)
        self.replica_host = names.add_alias(
            "postgres-replica", self.database.replica_host, moves=True
        )
        self.cache = self._caches()
        self.copies = self._copies(copy_key_arn)
        self.register_outputs(
            {"backups": self.backups.bucket, "media": self.media.bucket, "host": self.database_host}
        )

    def _copy_key(self) -> pulumi.Output[str] | None:
        region = self._settings.storage.copy_region
        return self._foundation.encryption_key("copies", region) if region else None

    def _bucket(self, purpose: DataPurpose) -> DataBucket:
        if self._settings.recovery is not None:
            return _copied(purpose, self._settings.recovery)
        args = BucketArgs(
            identity=self._args.identity,
            purpose=purpose,
            settings=self._settings.storage,
            kms_key_arn=self._foundation.key_arn,
            protect=self._settings.protect,
            log_bucket=self._foundation.logs.writable,
        )
        made = Bucket(purpose, args, opts=self._child)
        return DataBucket(
            bucket=made.bucket,
            versioned=made.versioned,
            arn=made.arn,
            kms_key_arn=self._foundation.key_arn,
            is_own=True,
        )

    def _databases(self, copy_key_arn: pulumi.Output[str] | None) -> Database:
        region, recovery = self._settings.storage.copy_region, self._settings.recovery
        args = DatabaseArgs(
            identity=self._args.identity,
            settings=self._settings.database,
            region=self._settings.region,
            account_id=self._foundation.account_id,
            subnet_ids=self._foundation.network.isolated_subnet_ids,
            zones=self._settings.network.zones,
            security_group_id=self._foundation.groups["database"],
            kms_key_arn=self._foundation.key_arn,
            protect=self._settings.protect,
            retain=self._settings.keeps_data,
            copy=DatabaseCopy(region=region, kms_key_arn=copy_key_arn)
            if region and copy_key_arn
            else None,
            restore_from=recovery.database_backup_arn if recovery else None,
        )
        return Database("database", args, opts=self._child)

    def _rotation(self) -> PasswordRotation:
        args = PasswordRotationArgs(
            identity=self._args.identity,
            kms_key_arn=self._foundation.key_arn,
            secret_arn=self.database.secret_arn,
            instance_identifier=self.database.identifier,
            instance_arn=self.database.instance_arn,
        )
        return PasswordRotation("database-password", args, opts=self._child)

    def _caches(self) -> CacheServers | ElastiCache:
        network, settings = self._foundation.network, self._settings.cache
        if settings.kind == "elasticache":
            managed = ElastiCacheArgs(
                identity=self._args.identity,
                settings=settings,
                subnet_ids=network.isolated_subnet_ids,
                security_group_id=self._foundation.groups["cache"],
                kms_key_arn=self._foundation.key_arn,
            )
            return ElastiCache("cache", managed, opts=self._child)
        servers = CacheServersArgs(
            identity=self._args.identity,
            settings=settings,
            region=self._settings.region,
            subnet_ids=network.private_subnet_ids,
            subnet_cidrs=network.private_subnet_cidrs,
            security_group_id=self._foundation.groups["cache"],
            kms_key_arn=self._foundation.key_arn,
            zone=self._foundation.names,
        )
        reachable = pulumi.ResourceOptions(parent=self, depends_on=self._foundation.reachable)
        return CacheServers("cache", servers, opts=reachable)

    def _copies(self, copy_key_arn: pulumi.Output[str] | None) -> Copies | None:
        region = self._settings.storage.copy_region
        backup_arn = self.database.copy_arn
        if region is None or copy_key_arn is None or backup_arn is None:
            return None
        return Copies(
            backups=self._copy("backups", self.backups, region, copy_key_arn),
            media=self._copy("media", self.media, region, copy_key_arn),
            database_backup_arn=backup_arn,
            kms_key_arn=copy_key_arn,
        )

    def _copy(
        self, purpose: DataPurpose, source: DataBucket, region: str, key_arn: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        args = BucketCopyArgs(
            identity=self._args.identity,
            account_id=self._foundation.account_id,
            purpose=purpose,
            settings=self._settings.storage,
            source_bucket=source.versioned,
            source_arn=source.arn,
            source_region=self._settings.region,
            source_kms_key_arn=source.kms_key_arn,
            region=region,
            copy_kms_key_arn=key_arn,
            protect=self._settings.protect,
        )
        return BucketCopy(f"{purpose}-copy", args, opts=self._child).bucket


def _copied(purpose: DataPurpose, recovery: RecoverySettings) -> DataBucket:
    """A bucket that another stack made."""
    name = recovery.backups_bucket if purpose == "backups" else recovery.media_bucket
    bucket = pulumi.Output.from_input(name)
    return DataBucket(
        bucket=bucket,
        versioned=bucket,
        arn=pulumi.Output.from_input(f"arn:aws:s3:::{name}"),
        kms_key_arn=pulumi.Output.from_input(recovery.kms_key_arn),
        is_own=False,
    )
