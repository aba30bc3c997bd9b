"""Redis on servers of its own: a primary and a replica in another zone."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2

from components.aws.dns import PrivateZone
from components.aws.secrets import GeneratedSecret, GeneratedSecretArgs
from components.aws.server_template import ServerTemplate, ServerTemplateArgs, read_secrets
from components.identity import Identity
from service_config import ports
from service_config.cloud_init import cache_server
from settings.servers import CacheSettings


@dataclass(frozen=True, kw_only=True)
class CacheServersArgs:
    """How big the servers are, where they stand, and where their names live."""

    identity: Identity
    settings: CacheSettings
    region: str
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets in different zones: primary in the first, replica in the second. Isolated
    ones do not do, because a new server installs Redis from Ubuntu's archive."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    zone: PrivateZone


class CacheServers(pulumi.ComponentResource):
    """Redis primary `redis.internal.<domain>` and replica `redis-replica.internal.<domain>`.

    A new template version replaces neither server, because replacing both in one update would
    empty the cache. Replace them one after the other with `pulumi up --replace URN`, the replica
    first.
    """

    host: pulumi.Output[str]
    replica_host: pulumi.Output[str]
    port: int
    secret_arn: pulumi.Output[str]
    """Holds the bare password."""

    def __init__(
        self, name: str, args: CacheServersArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:CacheServers", name, None, opts)
        primary_subnet, replica_subnet = args.subnet_ids[:2]
        self.port = ports.REDIS
        self.secret_arn = self._secret(name, args).arn
        primary = self._server(f"{name}-primary", args, primary_subnet, primary_host=None)
        self.host = args.zone.add_address("redis", primary.private_ip)
        replica = self._server(f"{name}-replica", args, replica_subnet, primary_host=self.host)
        self.replica_host = args.zone.add_address("redis-replica", replica.private_ip)
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
        self,
        name: str,
        args: CacheServersArgs,
        subnet_id: pulumi.Input[str],
        *,
        primary_host: pulumi.Output[str] | None,
    ) -> ec2.Instance:
        template = ServerTemplate(
            name,
            ServerTemplateArgs(
                identity=args.identity,
                role="cache",
                instance_type=args.settings.instance_type,
                disk_gib=args.settings.disk_gib,
                security_group_id=args.security_group_id,
                user_data=pulumi.Output.all(self.secret_arn, primary_host).apply(
                    lambda known: cache_server.user_data(
                        secret_arn=known[0], region=args.region, primary_host=known[1]
                    )
                ),
                permissions=read_secrets([self.secret_arn], args.kms_key_arn),
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return ec2.Instance(
            f"{name}-server",
            launch_template=ec2.InstanceLaunchTemplateArgs(id=template.id, version="$Latest"),
            subnet_id=subnet_id,
            tags=args.identity.tags("cache", args.identity.name(name, limit=128)),
            # A refresh writes the version that runs in place of `$Latest`.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["launchTemplate"]),
        )
