"""Redis managed by AWS: a replication group with a primary and a replica in another zone."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, elasticache

from components.aws.secrets import GeneratedSecret, GeneratedSecretArgs
from components.identity import Identity
from service_config import ports
from settings.servers import CacheSettings

ENGINE_VERSION = "7.1"
FAMILY = "redis7"

MAXMEMORY_POLICY = "allkeys-lru"
"""Guide, "Redis Tuning". Its `maxmemory` is AWS's to set, and an append-only file there is none."""

NODES = 2

SNAPSHOT_DAYS = 7
SNAPSHOT_WINDOW = "02:00-03:00"
MAINTENANCE_WINDOW = "sun:03:30-sun:04:30"
"""UTC, like the database's; AWS refuses windows that overlap."""

LOGS = ("slow-log", "engine-log")
LOG_RETENTION_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class ElastiCacheArgs:
    """How big the nodes are, and where they stand."""

    identity: Identity
    settings: CacheSettings
    subnet_ids: Sequence[pulumi.Input[str]]
    """Isolated subnets in different zones: the nodes need no way out."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]


class ElastiCache(pulumi.ComponentResource):
    """A primary and a replica, which AWS promotes when the primary fails.

    There is no append-only file: what was not in the last daily snapshot is lost when both nodes
    are (docs/adr/0007-cache.md).
    """

    host: pulumi.Output[str]
    """AWS's own name of whichever node is the primary; its certificate knows no other one."""
    replica_host: pulumi.Output[str]
    port: int
    secret_arn: pulumi.Output[str]
    """Holds the bare password (Redis AUTH)."""
    tls: bool
    """Always."""
    replication_group_id: pulumi.Output[str]
    member_clusters: pulumi.Output[Sequence[str]]
    """Ids of the nodes, by which CloudWatch keeps their metrics."""

    def __init__(
        self, name: str, args: ElastiCacheArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:ElastiCache", name, None, opts)
        secret = self._secret(name, args)
        group = self._replication_group(name, args, secret)
        self.host = group.primary_endpoint_address
        self.replica_host = group.reader_endpoint_address
        self.port = ports.REDIS
        self.secret_arn = secret.arn
        self.tls = True
        self.replication_group_id = group.replication_group_id
        self.member_clusters = group.member_clusters
        self.register_outputs({"host": self.host, "replica_host": self.replica_host})

    def _secret(self, name: str, args: ElastiCacheArgs) -> GeneratedSecret:
        return GeneratedSecret(
            name,
            GeneratedSecretArgs(
                identity=args.identity,
                purpose="cache",
                role="cache",
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _parameters(self, name: str, args: ElastiCacheArgs) -> elasticache.ParameterGroup:
        return elasticache.ParameterGroup(
            # Named by Pulumi from this: a new major version needs a new group beside the old one.
            f"{name}-parameters",
            family=FAMILY,
            parameters=[
                elasticache.ParameterGroupParameterArgs(
                    name="maxmemory-policy", value=MAXMEMORY_POLICY
                )
            ],
            tags=args.identity.tags("cache", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _subnet_group(self, name: str, args: ElastiCacheArgs) -> elasticache.SubnetGroup:
        return elasticache.SubnetGroup(
            f"{name}-subnets",
            subnet_ids=args.subnet_ids,
            tags=args.identity.tags("cache", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _log(
        self, name: str, args: ElastiCacheArgs, log: str
    ) -> elasticache.ReplicationGroupLogDeliveryConfigurationArgs:
        group = cloudwatch.LogGroup(
            f"{name}-{log}",
            name=args.identity.path("cache", log),
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=args.kms_key_arn,
            tags=args.identity.tags("cache", args.identity.name(name, log, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return elasticache.ReplicationGroupLogDeliveryConfigurationArgs(
            destination=group.name,
            destination_type="cloudwatch-logs",
            log_format="json",
            log_type=log,
        )

    def _replication_group(
        self, name: str, args: ElastiCacheArgs, secret: GeneratedSecret
    ) -> elasticache.ReplicationGroup:
        identifier = args.identity.name(name, limit=40)
        return elasticache.ReplicationGroup(
            f"{name}-group",
            replication_group_id=identifier,
            description=f"{args.identity.project} {args.identity.environment}: cache",
            engine="redis",
            engine_version=ENGINE_VERSION,
            auto_minor_version_upgrade=True,
            node_type=args.settings.node_type,
            num_cache_clusters=NODES,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            data_tiering_enabled=tiers_data(args.settings.node_type),
            port=ports.REDIS,
            parameter_group_name=self._parameters(name, args).name,
            subnet_group_name=self._subnet_group(name, args).name,
            security_group_ids=[args.security_group_id],
            at_rest_encryption_enabled=True,
            kms_key_id=args.kms_key_arn,
            transit_encryption_enabled=True,
            auth_token=secret.value,
            snapshot_retention_limit=SNAPSHOT_DAYS,
            snapshot_window=SNAPSHOT_WINDOW,
            maintenance_window=MAINTENANCE_WINDOW,
            log_delivery_configurations=[self._log(name, args, log) for log in LOGS],
            tags=args.identity.tags("cache", identifier),
            opts=pulumi.ResourceOptions(parent=self),
        )


def tiers_data(node_type: str) -> bool:
    """Whether the nodes have an SSD, which ElastiCache then insists on using (data tiering)."""
    family = node_type.split(".")[1]
    return family.endswith("gd")
