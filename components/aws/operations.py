"""The operations server with Prometheus, Alertmanager and Grafana, and the topic for alerts."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, sns

from components.aws.dns import PrivateZone
from components.aws.server_template import Permission, ServerTemplate, ServerTemplateArgs
from components.identity import Identity
from service_config import ports
from service_config.cloud_init import operations_server
from settings.servers import OperationsSettings


@dataclass(frozen=True, kw_only=True)
class OperationsArgs:
    """How big the server is, where it stands, and what it watches."""

    identity: Identity
    settings: OperationsSettings
    region: str
    subnet_id: pulumi.Input[str]
    """A private subnet."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    zone: PrivateZone
    database_host: pulumi.Input[str]
    cache_host: pulumi.Input[str]


class Operations(pulumi.ComponentResource):
    """One server, `operations.internal.<domain>`, that finds what it watches by tags.

    Its whole configuration is in its template, so a change of either replaces the server.
    """

    alert_topic_arn: pulumi.Output[str]
    prometheus_url: pulumi.Output[str]
    grafana_url: pulumi.Output[str]
    alertmanager_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: OperationsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Operations", name, None, opts)
        self.alert_topic_arn = self._alert_topic(name, args)
        server = self._server(name, args)
        host = args.zone.add_address("operations", server.private_ip)
        self.prometheus_url = pulumi.Output.format("http://{0}:{1}", host, ports.PROMETHEUS)
        self.grafana_url = pulumi.Output.format("http://{0}:{1}", host, ports.GRAFANA)
        self.alertmanager_url = pulumi.Output.format("http://{0}:{1}", host, ports.ALERTMANAGER)
        self.register_outputs({"alert_topic_arn": self.alert_topic_arn})

    def _alert_topic(self, name: str, args: OperationsArgs) -> pulumi.Output[str]:
        physical_name = args.identity.name("alerts", limit=256)
        topic = sns.Topic(
            f"{name}-alerts",
            name=physical_name,
            kms_master_key_id=args.kms_key_arn,
            tags=args.identity.tags("monitoring", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        # AWS delivers nothing until somebody follows the link in the message that it sends first.
        sns.TopicSubscription(
            f"{name}-alerts-email",
            topic=topic.arn,
            protocol="email",
            endpoint=args.settings.alert_email,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return topic.arn

    def _server(self, name: str, args: OperationsArgs) -> ec2.Instance:
        template = ServerTemplate(
            name,
            ServerTemplateArgs(
                identity=args.identity,
                role="monitoring",
                instance_type=args.settings.instance_type,
                disk_gib=args.settings.disk_gib,
                security_group_id=args.security_group_id,
                user_data=self._user_data(args),
                permissions=self._permissions(args),
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
            tags=args.identity.tags("monitoring", args.identity.name(name, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _user_data(self, args: OperationsArgs) -> pulumi.Output[str]:
        return pulumi.Output.all(
            topic=self.alert_topic_arn, postgres=args.database_host, redis=args.cache_host
        ).apply(
            lambda known: operations_server.user_data(
                region=args.region,
                project=args.identity.project,
                environment=args.identity.environment,
                postgres_host=known["postgres"],
                redis_host=known["redis"],
                alert_topic_arn=known["topic"],
            )
        )

    def _permissions(self, args: OperationsArgs) -> list[Permission]:
        return [
            # Prometheus finds servers by tag; AWS offers no narrower resource for this action.
            Permission(actions=["ec2:DescribeInstances"], resources=["*"]),
            Permission(actions=["sns:Publish"], resources=[self.alert_topic_arn]),
            # What publishing to an encrypted topic needs (AWS: SNS key management).
            Permission(
                actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[args.kms_key_arn]
            ),
        ]
