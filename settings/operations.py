"""How the platform is watched, audited and kept up to date."""

from typing import Annotated

from pydantic import Field, StringConstraints

from settings.base import StrictModel
from settings.servers import ContainerImage, InstanceType

SecretArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+$"
    ),
    Field(json_schema_extra={"patternErrorMessage": "the ARN of a secret in Secrets Manager"}),
]

Schedule = Annotated[
    str,
    StringConstraints(pattern=r"^(cron|rate)\([A-Z0-9a-z ,*?/#-]+\)$"),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'a schedule in UTC, such as "cron(0 5 ? * SUN *)"'
        }
    ),
]


class OperationsSettings(StrictModel):
    """The server that runs Prometheus, Alertmanager, Grafana and `ops`, and whom alerts reach."""

    image: ContainerImage = Field(description="Container image of the `ops` command, with a tag.")
    instance_type: InstanceType = Field(description="EC2 type, at least 4 vCPU, 16 GiB and 1 Gbps.")
    disk_gib: int = Field(default=100, ge=8, le=16_384, description="Root volume (gp3), in GiB.")
    data_gib: int = Field(
        default=100,
        ge=10,
        le=16_384,
        description="Volume (gp3) of metrics and dashboards, which outlives the server, in GiB.",
    )
    zone: str | None = Field(
        default=None,
        description="Availability zone of the server and its volume, one of `network.zones`; the "
        "third of them, or the second of two, unless set.",
    )
    alert_email: str = Field(
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        description="Address that receives alerts.",
        json_schema_extra={"patternErrorMessage": 'an e-mail address, such as "team@example.com"'},
    )
    slack_webhook_secret_arn: SecretArn | None = Field(
        default=None,
        description="Secret whose text is the webhook URL of the Slack channel for alerts.",
    )
    patch_schedule: Schedule = Field(
        default="cron(0 5 ? * SUN *)", description="When servers install updates, in UTC."
    )


class AuditSettings(StrictModel):
    """What records who did what in the account."""

    account_services: bool = Field(
        default=True,
        description="Own GuardDuty, Config and Access Analyzer, of which an account has one a "
        "region; false where another stack of the account owns them.",
    )
    monthly_budget_usd: int = Field(
        ge=1, le=10_000_000, description="Cost a month, in USD, that raises an alert."
    )
