"""The stack outputs that other teams read: a versioned contract."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

CONTRACT_VERSION = "1.1"
"""Raise the second number when a key was added; the first when one was removed, renamed, or means
something else."""

SCHEMA_FILE = Path(__file__).parents[1] / "docs" / "outputs.schema.json"


class PlatformOutputs(BaseModel):
    """What every target gives, with the values of a finished update.

    Secrets are named and never contained: a `*_secret_ref` says where the reader, with rights of
    its own, finds the value. Unknown keys are ignored, so that a new key breaks no reader.
    """

    model_config = ConfigDict(frozen=True)

    contract_version: str = Field(
        pattern=rf"^{CONTRACT_VERSION.split('.', maxsplit=1)[0]}\.[0-9]+$",
        description="Version of this contract; within a major version keys are only added.",
    )
    environment: str = Field(description="Short name of the environment, for example prod.")
    api_url: str = Field(description="Base URL of the HTTP API.")
    websocket_url: str = Field(description="URL that clients open a websocket to.")
    database_host: str = Field(description="Name of the PostgreSQL primary; survives a failover.")
    database_port: int = Field(description="TCP port of primary and replica.")
    database_name: str = Field(description="Name of the application's database.")
    database_replica_host: str = Field(description="Name of the read-only replica.")
    database_secret_ref: str = Field(
        description="Where the database's username and password are kept: an ARN on AWS."
    )
    cache_host: str = Field(description="Name of the Redis primary.")
    cache_port: int = Field(description="TCP port of Redis.")
    cache_tls: bool = Field(description="Whether Redis speaks TLS, and nothing else.")
    cache_secret_ref: str = Field(description="Where the Redis password is kept: an ARN on AWS.")
    backup_location: str = Field(description="Where backups are kept, as s3://bucket.")
    media_location: str = Field(description="Where users' media are kept, as s3://bucket.")
    prometheus_url: str = Field(description="Prometheus; reach it through an SSM session.")
    grafana_url: str = Field(description="Grafana; reach it through an SSM session.")
    grafana_secret_ref: str = Field(
        description="Where the password of Grafana's user admin is kept: an ARN on AWS."
    )
    alertmanager_url: str = Field(description="Alertmanager; reach it through an SSM session.")


class AwsOutputs(PlatformOutputs):
    """What the platform on AWS gives in addition."""

    region: str = Field(description="AWS region, for example eu-central-1.")
    vpc_id: str = Field(description="The VPC.")
    public_subnet_ids: list[str] = Field(description="Subnets of the load balancer, one per zone.")
    private_subnet_ids: list[str] = Field(description="Subnets of the servers, one per zone.")
    security_group_ids: dict[str, str] = Field(description="Security groups by role.")
    load_balancer_dns: str = Field(description="AWS's own name of the load balancer.")
    name_servers: list[str] = Field(
        description="To be named in the parent domain's NS record for the platform's domain."
    )
    alert_topic_arn: str = Field(description="SNS topic that alerts are published to.")
    kms_key_arn: str = Field(description="Key that encrypts the platform's data at rest.")
    recovery_settings: dict[str, str] = Field(
        description="What `recovery` of a stack in the second region is to say; empty without one."
    )


def contract_keys(model: type[PlatformOutputs]) -> list[str]:
    """Names of the stack outputs that a target must export, no more and no fewer."""
    return list(model.model_fields)


def json_schema() -> dict[str, Any]:
    """The contract for readers in any language."""
    return {
        **AwsOutputs.model_json_schema(),
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Stack outputs of messaging-app on AWS, version {CONTRACT_VERSION}",
    }


def schema_text() -> str:
    """Return the exact content of `docs/outputs.schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":  # `python -m components.outputs` brings the file up to date
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
