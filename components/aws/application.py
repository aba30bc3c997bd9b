"""What application servers are told, and what they may do."""

from dataclasses import dataclass

import pulumi

from components.aws.cache import CacheServers
from components.aws.database import Database
from components.aws.load_balancer import PORTS
from components.aws.server_template import Permission, read_secrets
from components.aws.storage import Bucket
from components.identity import Role
from service_config.cloud_init import application_server
from service_config.registry import EcrRepository, ecr_repository
from service_config.secrets import SecretReference


@dataclass(frozen=True, kw_only=True)
class Application:
    """The data stores that every application server uses, and the key that encrypts them."""

    region: str
    kms_key_arn: pulumi.Output[str]
    database: Database
    database_host: pulumi.Output[str]
    """The name of the primary in the private zone, which survives a failover."""
    replica_host: pulumi.Output[str]
    cache: CacheServers
    media: Bucket

    def user_data(self, role: Role, image: str) -> pulumi.Output[str]:
        """User data of a server that runs `image`, with the guide's names of variables."""
        environment = {
            "AWS_REGION": self.region,
            "DB_HOST": self.database_host,
            "DB_NAME": self.database.database_name,
            "DB_PORT": str(self.database.port),
            "DB_REPLICA_HOST": self.replica_host,
            "MEDIA_BUCKET": self.media.bucket,
            "REDIS_HOST": self.cache.host,
            "REDIS_PORT": str(self.cache.port),
        }
        return pulumi.Output.all(
            environment=environment,
            database=self.database.secret_arn,
            cache=self.cache.secret_arn,
        ).apply(
            lambda known: application_server.user_data(
                role=role,
                image=image,
                port=PORTS[role],
                environment=known["environment"],
                secret_references={
                    "DB_USER": SecretReference(arn=known["database"], key="username"),
                    "DB_PASSWORD": SecretReference(arn=known["database"], key="password"),
                    "REDIS_PASSWORD": SecretReference(arn=known["cache"]),
                },
                region=self.region,
            )
        )

    def permissions(self, image: str) -> list[Permission]:
        """Rights to the secrets, the media bucket and, when it is private, the image."""
        repository = ecr_repository(image)
        return [
            *read_secrets([self.database.secret_arn, self.cache.secret_arn], self.kms_key_arn),
            Permission(actions=["s3:ListBucket"], resources=[self.media.arn]),
            Permission(
                actions=[
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:AbortMultipartUpload",
                    "s3:DeleteObject",
                ],
                resources=[pulumi.Output.concat(self.media.arn, "/*")],
            ),
            # To write into an encrypted bucket; reading takes the right to decrypt from above.
            Permission(actions=["kms:GenerateDataKey"], resources=[self.kms_key_arn]),
            *(_pull(repository) if repository else []),
        ]


def _pull(repository: EcrRepository) -> list[Permission]:
    arn = f"arn:aws:ecr:{repository.region}:{repository.account}:repository/{repository.name}"
    return [
        # A token is for the whole registry; AWS offers no narrower resource for this action.
        Permission(actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Permission(actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], resources=[arn]),
    ]
