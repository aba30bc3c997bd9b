"""Redis on servers of its own: a primary, and a replica in another zone that can take over."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import pulumi
from pulumi_aws import ec2

from components.aws.dns import PrivateZone
from components.aws.secrets import GeneratedSecret, GeneratedSecretArgs
from components.aws.server_template import (
    Permission,
    ServerTemplate,
    ServerTemplateArgs,
    read_secrets,
    server_tags,
)
from components.identity import Identity
from service_config import ports, sentinel
from service_config.cloud_init import cache_server
from settings.servers import CacheSettings

LABEL = "redis"
"""Of the primary's name; the second server's is `redis-replica`."""

RESERVED_PREFIX = 28
"""Sixteen addresses of each subnet, which AWS gives to nobody who does not ask for one of them."""


@dataclass(frozen=True, kw_only=True)
class CacheServersArgs:
    """How big the servers are, where they stand, and where their names live."""

    identity: Identity
    settings: CacheSettings
    region: str
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets in different zones: a server in the first and one in the second. Isolated
    ones do not do, because a new server installs Redis from Ubuntu's archive."""
    subnet_cidrs: Sequence[IPv4Network]
    """Addresses of these subnets, in the same order."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    zone: PrivateZone


class CacheServers(pulumi.ComponentResource):
    """Two Redis servers, of which Redis Sentinel always makes one the primary.

    `redis.internal.<domain>` follows the primary. To begin with that is the first server, and the
    replica is the second one. Both keep their addresses when they are replaced, so that Sentinel
    knows them again (docs/adr/0007-cache.md).

    A new template version replaces neither server, because replacing both in one update would
    empty the cache. Replace them one after the other as docs/runbooks/replace-a-server.md says.
    """

    host: pulumi.Output[str]
    replica_host: pulumi.Output[str]
    """Names the second server, be it replica or, after a promotion, primary."""
    port: int
    secret_arn: pulumi.Output[str]
    """Holds the bare password."""
    tls: bool
    """Never: nothing but the security group's members can reach the servers."""
    primary_address: str
    """Of the server that is the primary to begin with, as sentinels want to know."""
    instance_ids: list[pulumi.Output[str]]

    def __init__(
        self, name: str, args: CacheServersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:CacheServers", name, None, opts)
        addresses = [str(server_address(subnet)) for subnet in args.subnet_cidrs[:2]]
        self.port = ports.REDIS
        self.tls = False
        self.primary_address = addresses[0]
        self.secret_arn = self._secret(name, args).arn
        primary = self._server(f"{name}-primary", args, index=0, addresses=addresses)
        replica = self._server(f"{name}-replica", args, index=1, addresses=addresses)
        self.instance_ids = [primary.id, replica.id]
        self.host = args.zone.add_address(
            LABEL, primary.private_ip, ttl_seconds=sentinel.RECORD_TTL_SECONDS, moves=True
        )
        self.replica_host = args.zone.add_address(f"{LABEL}-replica", replica.private_ip)
        self.register_outputs({"host": self.host, "replica_host": self.replica_host})

    def _secret(self, name: str, args: CacheServersArgs) -> GeneratedSecret:
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

    def _server(
        self, name: str, args: CacheServersArgs, *, index: int, addresses: Sequence[str]
    ) -> ec2.Instance:
        subnet_id = args.subnet_ids[index]
        reservation = ec2.SubnetCidrReservation(
            f"{name}-address",
            subnet_id=subnet_id,
            cidr_block=str(reserved_block(args.subnet_cidrs[index])),
            reservation_type="explicit",
            description=f"{args.identity.project} {args.identity.environment}: cache server",
            opts=pulumi.ResourceOptions(parent=self),
        )
        return ec2.Instance(
            f"{name}-server",
            launch_template=ec2.InstanceLaunchTemplateArgs(
                id=self._template(name, args, index=index, addresses=addresses).id,
                version="$Latest",
            ),
            subnet_id=subnet_id,
            private_ip=addresses[index],
            tags=server_tags(args.identity, "cache", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(
                parent=self,
                # Two servers cannot have the same address.
                delete_before_replace=True,
                depends_on=[reservation],
                # A refresh writes the version that runs in place of `$Latest`.
                ignore_changes=["launchTemplate"],
            ),
        )

    def _template(
        self, name: str, args: CacheServersArgs, *, index: int, addresses: Sequence[str]
    ) -> ServerTemplate:
        record_name = f"{LABEL}.{args.zone.name}"

        def user_data(known: Sequence[str]) -> str:
            secret_arn, zone_id = known
            return cache_server.user_data(
                secret_arn=secret_arn,
                region=args.region,
                peer_address=addresses[1 - index],
                is_founder=index == 0,
                sentinel=sentinel.part(
                    primary_address=addresses[0],
                    zone_id=zone_id,
                    record_name=record_name,
                    region=args.region,
                    secret_arn=secret_arn,
                    server=name,
                ),
            )

        return ServerTemplate(
            name,
            ServerTemplateArgs(
                identity=args.identity,
                role="cache",
                instance_type=args.settings.instance_type,
                disk_gib=args.settings.disk_gib,
                security_group_id=args.security_group_id,
                user_data=pulumi.Output.all(self.secret_arn, args.zone.zone_id).apply(user_data),
                permissions=[
                    *read_secrets([self.secret_arn], args.kms_key_arn),
                    *sentinel_permissions(args.zone.arn, record_name),
                ],
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def reserved_block(subnet: IPv4Network) -> IPv4Network:
    """Addresses of a subnet that are kept for cache servers: the second sixteen.

    AWS keeps the first four addresses of a subnet, and the last one, for itself.
    """
    return list(subnet.subnets(new_prefix=RESERVED_PREFIX))[1]


def server_address(subnet: IPv4Network) -> IPv4Address:
    """The address that the subnet's cache server has, however often it is replaced."""
    return reserved_block(subnet).network_address


def sentinel_permissions(zone_arn: pulumi.Input[str], record_name: str) -> list[Permission]:
    """Permission to point one name at another server, and to change nothing else of its zone.

    Args:
        zone_arn: ARN of the private zone.
        record_name: full name of the cache's primary.
    """
    return [
        Permission(
            actions=["route53:ChangeResourceRecordSets"],
            resources=[zone_arn],
            conditions={
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": [record_name],
                    "route53:ChangeResourceRecordSetsRecordTypes": ["A"],
                    "route53:ChangeResourceRecordSetsActions": ["UPSERT"],
                }
            },
        )
    ]
