"""The whole platform on AWS: every component, wired together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_aws import route53

from components.aws.application import Application
from components.aws.cache import CacheServers, CacheServersArgs
from components.aws.certificate import Certificate, CertificateArgs
from components.aws.database import Database, DatabaseArgs
from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.aws.encryption import EncryptionKey, EncryptionKeyArgs
from components.aws.endpoints import VpcEndpoints, VpcEndpointsArgs
from components.aws.firewall import Firewall, FirewallArgs
from components.aws.load_balancer import LoadBalancer, LoadBalancerArgs
from components.aws.network import Network, NetworkArgs
from components.aws.operations import Operations, OperationsArgs
from components.aws.server_group import ServerGroup, ServerGroupArgs
from components.aws.storage import Bucket, BucketArgs, Purpose
from components.identity import Identity, Role
from components.outputs import CONTRACT_VERSION
from settings import Settings

PUBLIC_NAMES = ("api", "ws")
"""Both lead to the same load balancer, which routes by path; the second is for clients that want
to tell websockets apart by name."""


@dataclass(frozen=True, kw_only=True)
class PlatformArgs:
    """One environment."""

    identity: Identity
    settings: Settings


class Platform(pulumi.ComponentResource):
    """Network, data stores, application servers and operations of one environment."""

    outputs: Mapping[str, pulumi.Input[Any]]
    """The stack's outputs: keys and meaning as in `components.outputs.AwsOutputs`."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Platform", name, None, opts)
        self._identity = args.identity
        self._settings = args.settings
        self._child = pulumi.ResourceOptions(parent=self)
        # The foundation.
        self._key_arn = self._encryption_key()
        self._network, self._reachable = self._networks()
        self._groups = self._firewall()
        self._certificate = self._public_zone()
        self._names = self._private_zone()
        # What holds data.
        self._backups = self._bucket("backups")
        self._media = self._bucket("media")
        self._database = self._databases()
        self._database_host = self._names.add_alias("postgres", self._database.host)
        self._replica_host = self._names.add_alias("postgres-replica", self._database.replica_host)
        self._cache = self._caches()
        # What serves, and what watches it.
        self._balancer = self._load_balancer()
        self._public_records()
        self._server_groups()
        self._operations = self._operations_server()
        self.outputs = self._contract()
        self.register_outputs(dict(self.outputs))

    def _encryption_key(self) -> pulumi.Output[str]:
        account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        args = EncryptionKeyArgs(
            identity=self._identity, region=self._settings.region, account_id=account.account_id
        )
        return EncryptionKey("encryption", args, opts=self._child).arn

    def _networks(self) -> tuple[Network, pulumi.ResourceOptions]:
        """Make the network, and the options of servers, which install packages at first boot."""
        network = Network(
            "network",
            NetworkArgs(
                identity=self._identity,
                settings=self._settings.network,
                region=self._settings.region,
                kms_key_arn=self._key_arn,
            ),
            opts=self._child,
        )
        endpoints = VpcEndpoints(
            "endpoints",
            VpcEndpointsArgs(
                identity=self._identity,
                region=self._settings.region,
                vpc_id=network.vpc_id,
                vpc_cidr=network.cidr,
                subnet_ids=network.private_subnet_ids,
            ),
            opts=self._child,
        )
        # A subnet is known long before its NAT gateway and its routes work.
        return network, pulumi.ResourceOptions(parent=self, depends_on=[network, endpoints])

    def _firewall(self) -> dict[Role, pulumi.Output[str]]:
        args = FirewallArgs(
            identity=self._identity,
            vpc_id=self._network.vpc_id,
            ssh_cidrs=self._settings.network.ssh_cidrs,
        )
        return Firewall("firewall", args, opts=self._child).group_ids

    def _public_zone(self) -> Certificate:
        args = CertificateArgs(identity=self._identity, domain=self._settings.domain)
        return Certificate("certificate", args, opts=self._child)

    def _private_zone(self) -> PrivateZone:
        args = PrivateZoneArgs(
            identity=self._identity,
            domain=self._settings.domain,
            vpc_id=self._network.vpc_id,
        )
        return PrivateZone("names", args, opts=self._child)

    def _bucket(self, purpose: Purpose) -> Bucket:
        args = BucketArgs(
            identity=self._identity,
            purpose=purpose,
            settings=self._settings.storage,
            kms_key_arn=self._key_arn,
            protect=self._settings.protect,
        )
        return Bucket(purpose, args, opts=self._child)

    def _databases(self) -> Database:
        args = DatabaseArgs(
            identity=self._identity,
            settings=self._settings.database,
            subnet_ids=self._network.isolated_subnet_ids,
            security_group_id=self._groups["database"],
            kms_key_arn=self._key_arn,
            protect=self._settings.protect,
        )
        return Database("database", args, opts=self._child)

    def _caches(self) -> CacheServers:
        args = CacheServersArgs(
            identity=self._identity,
            settings=self._settings.cache,
            region=self._settings.region,
            subnet_ids=self._network.private_subnet_ids,
            security_group_id=self._groups["cache"],
            kms_key_arn=self._key_arn,
            zone=self._names,
        )
        return CacheServers("cache", args, opts=self._reachable)

    def _load_balancer(self) -> LoadBalancer:
        args = LoadBalancerArgs(
            identity=self._identity,
            vpc_id=self._network.vpc_id,
            subnet_ids=self._network.public_subnet_ids,
            security_group_id=self._groups["load-balancer"],
            certificate_arn=self._certificate.arn,
            groups=self._settings.servers,
            protect=self._settings.protect,
        )
        return LoadBalancer("load-balancer", args, opts=self._child)

    def _public_records(self) -> None:
        for label in PUBLIC_NAMES:
            route53.Record(
                f"{label}-record",
                zone_id=self._certificate.zone_id,
                name=f"{label}.{self._settings.domain}",
                type="A",
                aliases=[
                    route53.RecordAliasArgs(
                        name=self._balancer.dns_name,
                        zone_id=self._balancer.zone_id,
                        evaluate_target_health=True,
                    )
                ],
                opts=self._child,
            )

    def _server_groups(self) -> None:
        application = Application(
            region=self._settings.region,
            kms_key_arn=self._key_arn,
            database=self._database,
            database_host=self._database_host,
            replica_host=self._replica_host,
            cache=self._cache,
            media=self._media,
        )
        for group, settings in self._settings.servers.items():
            args = ServerGroupArgs(
                identity=self._identity,
                settings=settings,
                subnet_ids=self._network.private_subnet_ids,
                security_group_id=self._groups[settings.role],
                kms_key_arn=self._key_arn,
                user_data=application.user_data(settings.role, settings.image),
                permissions=application.permissions(settings.image),
                target_group_arn=self._balancer.target_group_arns[group],
                target_group_arn_suffix=self._balancer.target_group_arn_suffixes[group],
                load_balancer_arn_suffix=self._balancer.arn_suffix,
            )
            ServerGroup(group, args, opts=self._reachable)

    def _operations_server(self) -> Operations:
        args = OperationsArgs(
            identity=self._identity,
            settings=self._settings.operations,
            region=self._settings.region,
            subnet_id=self._network.private_subnet_ids[0],
            security_group_id=self._groups["monitoring"],
            kms_key_arn=self._key_arn,
            zone=self._names,
            database_host=self._database_host,
            cache_host=self._cache.host,
        )
        return Operations("operations", args, opts=self._reachable)

    def _contract(self) -> dict[str, pulumi.Input[Any]]:
        domain = self._settings.domain
        return {
            "contract_version": CONTRACT_VERSION,
            "environment": self._settings.environment,
            "api_url": f"https://api.{domain}",
            "websocket_url": f"wss://ws.{domain}/ws",
            "database_host": self._database_host,
            "database_port": self._database.port,
            "database_name": self._database.database_name,
            "database_replica_host": self._replica_host,
            "database_secret_ref": self._database.secret_arn,
            "cache_host": self._cache.host,
            "cache_port": self._cache.port,
            "cache_secret_ref": self._cache.secret_arn,
            "backup_location": pulumi.Output.concat("s3://", self._backups.bucket),
            "media_location": pulumi.Output.concat("s3://", self._media.bucket),
            "prometheus_url": self._operations.prometheus_url,
            "grafana_url": self._operations.grafana_url,
            "alertmanager_url": self._operations.alertmanager_url,
            "region": self._settings.region,
            "vpc_id": self._network.vpc_id,
            "public_subnet_ids": self._network.public_subnet_ids,
            "private_subnet_ids": self._network.private_subnet_ids,
            "security_group_ids": self._groups,
            "load_balancer_dns": self._balancer.dns_name,
            "name_servers": self._certificate.name_servers,
            "alert_topic_arn": self._operations.alert_topic_arn,
            "kms_key_arn": self._key_arn,
        }
