"""What application servers are told, and what they may do."""

from dataclasses import dataclass

import pulumi

from components.aws.database import Database
from components.aws.image_access import pull
from components.aws.load_balancer import PORTS
from components.aws.server_group import membership
from components.aws.server_template import Permission, read_secrets
from components.identity import Identity
from service_config import connections
from service_config.cloud_init import application_server
from service_config.secrets import SecretReference
from settings.servers import ServerGroupSettings


@dataclass(frozen=True, kw_only=True)
class CacheAddress:
    """How to reach Redis, whoever runs it."""

    host: pulumi.Input[str]
    port: pulumi.Input[int]
    secret_arn: pulumi.Input[str]
    """Secret whose text is the password."""
    tls: bool


@dataclass(frozen=True, kw_only=True)
class Application:
    """The data stores that every application server uses, and the keys that encrypt them."""

    identity: Identity
    region: str
    account_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    database: Database
    database_host: pulumi.Input[str]
    """The name of the primary in the private zone, which survives a failover."""
    replica_host: pulumi.Input[str]
    cache: CacheAddress
    media_bucket: pulumi.Input[str]
    media_arn: pulumi.Input[str]
    media_kms_key_arn: pulumi.Input[str]
    """What encrypts the bucket: another key than `kms_key_arn` when another stack made it."""

    def user_data(self, group: str, settings: ServerGroupSettings) -> pulumi.Output[str]:
        """User data of a server of `group`, with the guide's names of variables."""
        environment = {
            "AWS_REGION": self.region,
            "DB_HOST": self.database_host,
            "DB_NAME": self.database.database_name,
            "DB_PORT": pulumi.Output.from_input(self.database.port).apply(str),
            "DB_REPLICA_HOST": self.replica_host,
            "MEDIA_BUCKET": self.media_bucket,
            "REDIS_HOST": self.cache.host,
            "REDIS_PORT": pulumi.Output.from_input(self.cache.port).apply(str),
            "REDIS_TLS": str(self.cache.tls).lower(),
        }
        return pulumi.Output.all(
            environment=environment,
            database=self.database.secret_arn,
            cache=self.cache.secret_arn,
        ).apply(
            lambda known: application_server.user_data(
                membership=membership(self.identity, group, settings.role),
                role=settings.role,
                image=settings.image,
                port=PORTS[settings.role],
                environment=known["environment"],
                secret_references={
                    "DB_USER": SecretReference(arn=known["database"], key="username"),
                    "DB_PASSWORD": SecretReference(arn=known["database"], key="password"),
                    "REDIS_PASSWORD": SecretReference(arn=known["cache"]),
                },
                parameter_path=self._parameter_path,
                region=self.region,
            )
        )

    @property
    def _parameter_path(self) -> str:
        """Below it the team keeps variables of the application that are no part of the stack."""
        return self.identity.path("application")

    def permissions(self, group: str, settings: ServerGroupSettings) -> list[Permission]:
        """Rights to the secrets, the media bucket, the group's own log, and the image."""
        return [
            *read_secrets([self.database.secret_arn, self.cache.secret_arn], self.kms_key_arn),
            Permission(
                actions=["ssm:GetParametersByPath"],
                resources=[self._arn("ssm", f"parameter{self._parameter_path}")],
            ),
            Permission(actions=["s3:ListBucket"], resources=[self.media_arn]),
            Permission(
                actions=[
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                ],
                resources=[pulumi.Output.concat(self.media_arn, "/*")],
            ),
            # To read from an encrypted bucket, and to write into one.
            Permission(
                actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self.media_kms_key_arn]
            ),
            *self._membership_permissions(group, settings),
            *pull(settings.image),
        ]

    def _membership_permissions(
        self, group: str, settings: ServerGroupSettings
    ) -> list[Permission]:
        names = membership(self.identity, group, settings.role)
        log = Permission(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[self._arn("logs", f"log-group:{names.log_group}:*")],
        )
        leave = Permission(
            actions=["autoscaling:CompleteLifecycleAction"],
            resources=[
                self._arn("autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{names.group}")
            ],
        )
        count = Permission(
            # Metrics are no resources in IAM: the namespace is what limits the right.
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": [connections.NAMESPACE]}},
        )
        return [log, leave, *([count] if settings.role == "websocket" else [])]

    def _arn(self, service: str, resource: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(
            f"arn:aws:{service}:{self.region}:", self.account_id, f":{resource}"
        )
