"""What a procedure works on: from the environment, `.env`, or a stack's outputs."""

from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

Value = TypeVar("Value")


class OpsSettings(BaseSettings):
    """Every variable that `ops` reads; each procedure asks for those that it needs.

    The environment goes before `.env` in the folder where the command runs. Variables of other
    programs may stand in that file too.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: str = Field("local", description="Short name of the environment, such as prod.")
    database_url: SecretStr | None = Field(
        None, description="The primary: postgresql://USER:PASSWORD@HOST:PORT/NAME?sslmode=require"
    )
    database_replica_url: SecretStr | None = Field(None, description="The replica, likewise.")
    redis_url: SecretStr | None = Field(
        None, description="The cache: redis:// or rediss://:PASSWORD@HOST:PORT/0"
    )
    backup_bucket: str | None = Field(None, description="S3 bucket of backups.")
    media_bucket: str | None = Field(None, description="S3 bucket of users' media.")
    media_table: str | None = Field(
        None, description="Table that names every file of media; compared with the copy."
    )
    media_column: str = Field("path", description="Its column with the name below the bucket.")
    backup_key_file: str | None = Field(
        None, description="File with 64 hexadecimal digits: encrypts backups before they leave."
    )
    aws_region: str | None = Field(None, description="AWS region, such as eu-central-1.")
    aws_endpoint_url: str | None = Field(None, description="Another S3 than Amazon's.")
    alert_topic_arn: str | None = Field(None, description="SNS topic that alerts are sent to.")
    slack_webhook: SecretStr | None = Field(None, description="Slack's incoming webhook.")
    prometheus_url: str | None = Field(
        None, description="Prometheus, such as http://localhost:9090"
    )
    health_url: str | None = Field(None, description="The API's health check, as clients see it.")
    metrics_directory: str | None = Field(
        None, description="Folder of the node exporter's textfile collector."
    )
    compose_file: str | None = Field(None, description="Compose file, where a Docker host serves.")
    websocket_url: str | None = Field(None, description="What clients open a websocket to.")
    incident_log: str = Field("/var/log/incidents.log", description="Where incidents are noted.")
    state_directory: str = Field(
        "/var/lib/messaging-app/ops", description="What ops remembers between two runs."
    )

    database_platform: Literal["servers", "rds"] = Field(
        "servers", description="What runs the databases: servers of ours, or Amazon RDS."
    )
    fence_command: str | None = Field(
        None, description="Ends the old primary at a failover, such as ssh db1 systemctl stop …"
    )
    reconnect_command: str | None = Field(
        None, description="Lets clients move after a failover; docker compose up -d otherwise."
    )
    primary_data_directory: str | None = Field(
        None, description="Data of the primary, where they can be read: tells what a loss costs."
    )
    synchronous_replication: bool = Field(
        False, description="Commits wait for the standby: what it lacks was never acknowledged."
    )
    failover_log: str = Field(
        "/var/log/messaging-app/failover.jsonl", description="Record of failovers."
    )

    @field_validator("aws_endpoint_url")
    @classmethod
    def _is_an_endpoint(cls, url: str | None) -> str | None:
        if url is None or _is_endpoint(url):
            return url
        raise PydanticCustomError(
            "endpoint",
            "{url} is no address of an S3; it should read http://HOST:PORT or https://HOST",
            {"url": repr(url)},
        )


def _is_endpoint(url: str) -> bool:
    """Whether AWS's library takes it for one; it raises ValueError otherwise, as late as it can."""
    # Here, for most runs name none.
    from botocore.utils import (  # noqa: PLC0415
        is_valid_endpoint_url,
        is_valid_ipv6_endpoint_url,
    )

    try:
        parts = urlsplit(url)
        is_one = parts.scheme in {"http", "https"} and parts.port != 0
        return is_one and (is_valid_endpoint_url(url) or is_valid_ipv6_endpoint_url(url))
    except ValueError:  # such as a port that is no number
        return False


def load(**known: Any) -> OpsSettings:
    """Return the settings; what is `known` goes before the environment.

    Raises:
        OpsError: a variable has a value that it cannot have.
    """
    try:
        return OpsSettings(**known)
    except ValidationError as error:
        faults = "; ".join(
            f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()
        )
        raise OpsError(f"The settings are wrong: {faults}.", ExitCode.MISCONFIGURED) from None


def needed(value: Value | None, variable: str) -> Value:
    """Return the value of a setting that this procedure cannot do without.

    Raises:
        OpsError: it is not set.
    """
    if value is None:
        raise OpsError(
            f"{variable} is not set: set it in the environment or in .env (.env.example lists "
            "all), or name a stack with --stack.",
            ExitCode.MISCONFIGURED,
        )
    return value
