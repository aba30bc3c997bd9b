"""The operations server: Prometheus, Alertmanager, Grafana and the `ops` command on timers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import ebs, ec2

from components.aws.configuration import Configuration, ConfigurationArgs
from components.aws.dns import PrivateZone
from components.aws.operations_access import Bucket, permissions
from components.aws.secrets import GeneratedSecret, GeneratedSecretArgs
from components.aws.server_template import (
    Permission,
    ServerTemplate,
    ServerTemplateArgs,
    server_tags,
)
from components.identity import Identity
from service_config import operations_files, ports
from service_config.cloud_init import operations_server
from service_config.cloud_init.cloud_config import Part
from settings.operations import OperationsSettings

PREFIX = "operations"
"""Of the server's files in the configuration bucket."""


@dataclass(frozen=True, kw_only=True)
class DataStore:
    """A database or a cache as others reach it."""

    host: pulumi.Input[str]
    replica_host: pulumi.Input[str]
    secret_arn: pulumi.Input[str]
    """Its password, with which the server also measures."""


@dataclass(frozen=True, kw_only=True)
class OperationsArgs:
    """How big the server is, where it stands, what it watches and what it works on."""

    identity: Identity
    settings: OperationsSettings
    region: str
    zone: str
    """Availability zone of the subnet: the data volume is in the same one."""
    subnet_id: pulumi.Input[str]
    """A private subnet."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    names: PrivateZone
    configuration: Bucket
    backups: Bucket
    media: Bucket
    database: DataStore
    database_name: str
    cache: DataStore
    cache_tls: bool
    health_url: str
    """What clients reach, for example https://api.chat.example.com/health."""
    websocket_url: str
    """What they open a websocket to, for example wss://ws.chat.example.com/ws."""
    alert_topic_arn: pulumi.Input[str]
    protect: bool
    """Refuse to delete the data volume."""
    retain: bool
    """Leave the data volume behind when the stack is destroyed or moves to another zone."""
    extra_parts: Sequence[pulumi.Input[Part]] = ()
    """What else the server runs, for example a sentinel of Redis."""
    extra_permissions: Sequence[Permission] = field(default_factory=list[Permission])
    """What the extra parts, migrations and procedures of `ops` need."""


class Operations(pulumi.ComponentResource):
    """One server, `operations.internal.<domain>`, that finds what it watches by tags.

    Its configuration is in the bucket, and a change of it reaches the server within minutes. A
    change of its template replaces the server, which then takes the data volume over.
    """

    instance_id: pulumi.Output[str]
    prometheus_url: pulumi.Output[str]
    grafana_url: pulumi.Output[str]
    grafana_secret_arn: pulumi.Output[str]
    """The password of Grafana's user `admin`."""
    alertmanager_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: OperationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Operations", name, None, opts)
        self.grafana_secret_arn = self._grafana_secret(name, args)
        configuration = self._configuration(name, args)
        volume = self._volume(name, args)
        server = self._server(name, args, configuration, volume)
        self._attachment(name, server, volume)
        self.instance_id = server.id
        host = args.names.add_address("operations", server.private_ip)
        self.prometheus_url = pulumi.Output.format("http://{0}:{1}", host, ports.PROMETHEUS)
        self.grafana_url = pulumi.Output.format("http://{0}:{1}", host, ports.GRAFANA)
        self.alertmanager_url = pulumi.Output.format("http://{0}:{1}", host, ports.ALERTMANAGER)
        self.register_outputs({"instance_id": self.instance_id})

    def _grafana_secret(self, name: str, args: OperationsArgs) -> pulumi.Output[str]:
        secret_args = GeneratedSecretArgs(
            identity=args.identity,
            purpose="grafana",
            role="monitoring",
            kms_key_arn=args.kms_key_arn,
        )
        child = pulumi.ResourceOptions(parent=self)
        return GeneratedSecret(f"{name}-grafana", secret_args, opts=child).arn

    def _configuration(self, name: str, args: OperationsArgs) -> Configuration:
        configuration_args = ConfigurationArgs(
            identity=args.identity,
            role="monitoring",
            bucket=args.configuration.bucket,
            prefix=PREFIX,
            paths=operations_files.paths(args.settings.image),
            contents=self._files(args),
        )
        child = pulumi.ResourceOptions(parent=self)
        return Configuration(f"{name}-files", configuration_args, opts=child)

    def _files(self, args: OperationsArgs) -> pulumi.Output[Mapping[str, str]]:
        return pulumi.Output.all(
            database=_known(args.database),
            cache=_known(args.cache),
            grafana=self.grafana_secret_arn,
            backups=args.backups.bucket,
            media=args.media.bucket,
            topic=args.alert_topic_arn,
        ).apply(
            lambda known: operations_files.files(
                operations_files.Facts(
                    project=args.identity.project,
                    environment=args.identity.environment,
                    region=args.region,
                    image=args.settings.image,
                    data_gib=args.settings.data_gib,
                    database=known["database"],
                    database_name=args.database_name,
                    cache=known["cache"],
                    cache_tls=args.cache_tls,
                    grafana_secret_arn=known["grafana"],
                    backup_bucket=known["backups"],
                    media_bucket=known["media"],
                    alert_topic_arn=known["topic"],
                    health_url=args.health_url,
                    websocket_url=args.websocket_url,
                )
            )
        )

    def _volume(self, name: str, args: OperationsArgs) -> ebs.Volume:
        return ebs.Volume(
            f"{name}-data",
            availability_zone=args.zone,
            type="gp3",
            size=args.settings.data_gib,
            encrypted=True,
            kms_key_id=args.kms_key_arn,
            tags=args.identity.tags("monitoring", args.identity.name(name, "data", limit=128)),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect, retain_on_delete=args.retain
            ),
        )

    def _server(
        self, name: str, args: OperationsArgs, configuration: Configuration, volume: ebs.Volume
    ) -> ec2.Instance:
        template = ServerTemplate(
            name,
            ServerTemplateArgs(
                identity=args.identity,
                role="monitoring",
                instance_type=args.settings.instance_type,
                disk_gib=args.settings.disk_gib,
                security_group_id=args.security_group_id,
                user_data=_user_data(args, configuration.location, volume.id),
                permissions=[
                    *permissions(
                        configuration=args.configuration,
                        prefix=PREFIX,
                        backups=args.backups,
                        media=args.media,
                        secret_arns=[
                            args.database.secret_arn,
                            args.cache.secret_arn,
                            self.grafana_secret_arn,
                        ],
                        alert_topic_arn=args.alert_topic_arn,
                        kms_key_arn=args.kms_key_arn,
                        image=args.settings.image,
                    ),
                    *args.extra_permissions,
                ],
                kms_key_arn=args.kms_key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return ec2.Instance(
            f"{name}-server",
            launch_template=ec2.InstanceLaunchTemplateArgs(
                id=template.id, version=template.latest_version
            ),
            subnet_id=args.subnet_id,
            tags=server_tags(args.identity, "monitoring", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[configuration]),
        )

    def _attachment(self, name: str, server: ec2.Instance, volume: ebs.Volume) -> None:
        ec2.VolumeAttachment(
            f"{name}-data-attachment",
            device_name="/dev/sdf",
            instance_id=server.id,
            volume_id=volume.id,
            # Prometheus closes its files first.
            stop_instance_before_detaching=True,
            # A volume is attached once: the old server gives it up before the new one gets it.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )


def _known(store: DataStore) -> pulumi.Output[operations_files.Store]:
    return pulumi.Output.all(
        host=store.host, replica_host=store.replica_host, secret_arn=store.secret_arn
    ).apply(lambda known: operations_files.Store(**known))


def _user_data(
    args: OperationsArgs, source: pulumi.Output[str], volume_id: pulumi.Output[str]
) -> pulumi.Output[str]:
    return pulumi.Output.all(
        source=source, volume=volume_id, extra=pulumi.Output.all(*args.extra_parts)
    ).apply(
        lambda known: operations_server.user_data(
            region=args.region,
            source=known["source"],
            volume_id=known["volume"],
            extra=known["extra"],
        )
    )
