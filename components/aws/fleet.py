"""What runs: operations server, migrations, application servers, and how all are patched."""

from dataclasses import dataclass

import pulumi

from components.aws.application import Application, CacheAddress
from components.aws.cache import CacheServers, sentinel_permissions
from components.aws.data_stores import DataBucket, DataStores
from components.aws.entry import Entry
from components.aws.foundation import Foundation
from components.aws.migration import Migration, MigrationArgs, migration_permissions
from components.aws.operations import DataStore, Operations, OperationsArgs
from components.aws.operations_access import Bucket as UsedBucket
from components.aws.patching import Patching, PatchingArgs
from components.aws.procedure_access import Place, failover_permissions, server_permissions
from components.aws.restart import Restart, RestartArgs
from components.aws.server_group import ServerGroup, ServerGroupArgs
from components.aws.server_template import Permission
from components.aws.storage import Bucket, BucketArgs
from components.identity import Identity
from service_config import sentinel
from service_config.cloud_init.cloud_config import Part
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class FleetArgs:
    """One environment, what it stands on, and what its servers use and serve."""

    identity: Identity
    settings: Settings
    foundation: Foundation
    data: DataStores
    entry: Entry


class Fleet(pulumi.ComponentResource):
    """Every server but those of the cache.

    The operations server comes first, as it migrates the database for each release before the
    application servers are replaced.
    """

    operations: Operations
    groups: dict[str, ServerGroup]

    def __init__(
        self, name: str, args: FleetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Fleet", name, None, opts)
        self._args = args
        self._foundation, self._data, self._settings = args.foundation, args.data, args.settings
        self._child = pulumi.ResourceOptions(parent=self)
        self._reachable = pulumi.ResourceOptions(parent=self, depends_on=args.foundation.reachable)
        self.operations = self._operations()
        migration = self._migration()
        self.groups = self._server_groups(migration)
        self._patching()
        Restart("restart", RestartArgs(identity=args.identity), opts=self._child)
        self.register_outputs({"operations": self.operations.instance_id})

    @property
    def _release(self) -> str:
        """Image that migrates the database: that of the group which takes all other requests."""
        groups = self._settings.servers.values()
        return next(group.image for group in groups if not group.path_patterns)

    def _configuration(self) -> UsedBucket:
        args = BucketArgs(
            identity=self._args.identity,
            purpose="configuration",
            # Everything in it is made by this program, so it always goes with the stack.
            settings=self._settings.storage.model_copy(update={"force_destroy": True}),
            kms_key_arn=self._foundation.key_arn,
            protect=False,
            log_bucket=self._foundation.logs.writable,
            role="monitoring",
        )
        made = Bucket("configuration", args, opts=self._child)
        return UsedBucket(bucket=made.bucket, arn=made.arn)

    def _operations(self) -> Operations:
        data, foundation, settings = self._data, self._foundation, self._settings
        args = OperationsArgs(
            identity=self._args.identity,
            settings=settings.operations,
            region=settings.region,
            zone=settings.operations_zone,
            subnet_id=foundation.network.private_subnet_ids[
                settings.network.zones.index(settings.operations_zone)
            ],
            security_group_id=foundation.groups["monitoring"],
            kms_key_arn=foundation.key_arn,
            names=foundation.names,
            configuration=self._configuration(),
            backups=_used(data.backups),
            media=_used(data.media),
            database=DataStore(
                host=data.database_host,
                replica_host=data.replica_host,
                secret_arn=data.database.secret_arn,
            ),
            database_name=data.database.database_name,
            cache=DataStore(
                host=data.cache.host,
                replica_host=data.cache.replica_host,
                secret_arn=data.cache.secret_arn,
            ),
            cache_tls=data.cache.tls,
            health_url=f"https://api.{settings.domain}/health",
            websocket_url=f"wss://ws.{settings.domain}/ws",
            alert_topic_arn=foundation.notifications.topic_arn,
            protect=settings.protect,
            retain=settings.keeps_data,
            extra_parts=self._sentinels(),
            extra_permissions=self._extra_permissions(),
        )
        return Operations("operations", args, opts=self._reachable)

    def _sentinels(self) -> list[pulumi.Input[Part]]:
        """The third of the sentinels that choose the primary of the cache servers."""
        cache, names = self._data.cache, self._foundation.names
        if not isinstance(cache, CacheServers):
            return []
        address, region = cache.primary_address, self._settings.region
        known = pulumi.Output.all(zone=names.zone_id, record=cache.host, secret=cache.secret_arn)
        return [
            known.apply(
                lambda told: sentinel.part(
                    primary_address=address,
                    zone_id=told["zone"],
                    record_name=told["record"],
                    region=region,
                    secret_arn=told["secret"],
                )
            )
        ]

    def _extra_permissions(self) -> list[Permission]:
        """What sentinels, migrations and the procedures of `ops` need."""
        names = self._foundation.names
        sentinels = (
            sentinel_permissions(names.arn, f"redis.{names.name}")
            if isinstance(self._data.cache, CacheServers)
            else []
        )
        return [*self._procedure_permissions(), *self._migration_permissions(), *sentinels]

    def _procedure_permissions(self) -> list[Permission]:
        database = self._data.database
        place = Place(
            identity=self._args.identity,
            region=self._settings.region,
            account_id=self._foundation.account_id,
        )
        return [
            *server_permissions(place, self._settings.servers),
            *failover_permissions(
                place,
                identifiers=[database.identifier, database.replica_identifier],
                zone=self._foundation.names,
            ),
        ]

    def _migration_permissions(self) -> list[Permission]:
        return migration_permissions(
            identity=self._args.identity,
            region=self._settings.region,
            account_id=self._foundation.account_id,
            image=self._release,
            database_secret_arn=self._data.database.secret_arn,
            kms_key_arn=self._foundation.key_arn,
        )

    def _migration(self) -> Migration:
        database = self._data.database
        args = MigrationArgs(
            identity=self._args.identity,
            region=self._settings.region,
            image=self._release,
            instance_id=self.operations.instance_id,
            database_host=self._data.database_host,
            database_port=database.port,
            database_name=database.database_name,
            database_secret_arn=database.secret_arn,
        )
        return Migration("migration", args, opts=self._child)

    def _server_groups(self, migration: Migration) -> dict[str, ServerGroup]:
        application = self._application()
        balancer = self._args.entry.balancer
        migrated = pulumi.ResourceOptions(
            parent=self, depends_on=[*self._foundation.reachable, migration]
        )
        return {
            group: ServerGroup(
                group,
                ServerGroupArgs(
                    identity=self._args.identity,
                    settings=settings,
                    region=self._settings.region,
                    account_id=self._foundation.account_id,
                    subnet_ids=self._foundation.network.private_subnet_ids,
                    security_group_id=self._foundation.groups[settings.role],
                    kms_key_arn=self._foundation.key_arn,
                    user_data=application.user_data(group, settings),
                    permissions=application.permissions(group, settings),
                    target_group_arn=balancer.target_group_arns[group],
                    target_group_arn_suffix=balancer.target_group_arn_suffixes[group],
                    load_balancer_arn_suffix=balancer.arn_suffix,
                    alert_topic_arn=self._foundation.notifications.topic_arn,
                ),
                opts=migrated,
            )
            for group, settings in self._settings.servers.items()
        }

    def _application(self) -> Application:
        data = self._data
        return Application(
            identity=self._args.identity,
            region=self._settings.region,
            account_id=self._foundation.account_id,
            kms_key_arn=self._foundation.key_arn,
            database=data.database,
            database_host=data.database_host,
            replica_host=data.replica_host,
            cache=CacheAddress(
                host=data.cache.host,
                port=data.cache.port,
                secret_arn=data.cache.secret_arn,
                tls=data.cache.tls,
            ),
            media_bucket=data.media.bucket,
            media_arn=data.media.arn,
            media_kms_key_arn=data.media.kms_key_arn,
        )

    def _patching(self) -> None:
        args = PatchingArgs(
            identity=self._args.identity,
            schedule=self._settings.operations.patch_schedule,
            alert_topic_arn=self._foundation.notifications.topic_arn,
        )
        Patching("patching", args, opts=self._child)


def _used(bucket: DataBucket) -> UsedBucket:
    # The environment's own key needs no further right.
    other_key = None if bucket.is_own else bucket.kms_key_arn
    return UsedBucket(bucket=bucket.bucket, arn=bucket.arn, kms_key_arn=other_key)
