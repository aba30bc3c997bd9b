"""Clients of AWS, with the region and endpoint of the settings."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from scripts.settings import OpsSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient

ATTEMPTS = 8
"""Of one request, with growing pauses: S3 answers 500 and 503 when it wants to be asked again."""

CONNECTIONS = 32
"""That a client keeps, one for each thread that uses it."""

TIMEOUT_SECONDS = 60


def s3(settings: OpsSettings) -> "S3Client":
    """Return a client of S3 that several threads may use."""
    endpoint = settings.aws_endpoint_url
    config = _config().merge(Config(s3={"addressing_style": "path"}) if endpoint else Config())
    return _session(settings).client(  # pyright: ignore[reportUnknownMemberType]
        "s3", endpoint_url=endpoint, config=config
    )


def sns(settings: OpsSettings) -> "SNSClient":
    """Return a client of SNS."""
    return _session(settings).client(  # pyright: ignore[reportUnknownMemberType]
        "sns", endpoint_url=settings.aws_endpoint_url, config=_config()
    )


def plain(settings: OpsSettings, service: str) -> Any:
    """Return a client of a service whose answers are read as they come."""
    session: Any = _session(settings)
    return session.client(service, endpoint_url=settings.aws_endpoint_url, config=_config())


def secrets_manager(region: str | None) -> "SecretsManagerClient":
    """Return a client of Secrets Manager."""
    return boto3.Session(region_name=region).client(  # pyright: ignore[reportUnknownMemberType]
        "secretsmanager", config=_config()
    )


def _session(settings: OpsSettings) -> boto3.Session:
    return boto3.Session(region_name=settings.aws_region)


def _config() -> Config:
    return Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        connect_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
    )
