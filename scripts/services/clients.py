"""Clients of AWS for all that serves."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

import boto3
from botocore.config import Config

from scripts import aws
from scripts.settings import OpsSettings

if TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_ssm import SSMClient


class _Options(TypedDict):
    endpoint_url: str | None
    config: Config


@dataclass(frozen=True, kw_only=True)
class Clients:
    """One of each, made when it is first used: each takes a moment to make."""

    session: boto3.Session
    options: _Options

    @cached_property
    def autoscaling(self) -> "AutoScalingClient":
        """Auto Scaling."""
        return self.session.client("autoscaling", **self.options)  # pyright: ignore[reportUnknownMemberType]

    @cached_property
    def ec2(self) -> "EC2Client":
        """EC2."""
        return self.session.client("ec2", **self.options)  # pyright: ignore[reportUnknownMemberType]

    @cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        """Load balancers."""
        return self.session.client("elbv2", **self.options)  # pyright: ignore[reportUnknownMemberType]

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self.session.client("logs", **self.options)  # pyright: ignore[reportUnknownMemberType]

    @cached_property
    def ssm(self) -> "SSMClient":
        """Systems Manager."""
        return self.session.client("ssm", **self.options)  # pyright: ignore[reportUnknownMemberType]


def of(settings: OpsSettings) -> Clients:
    """Return clients of the settings' region and endpoint."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": aws.ATTEMPTS},
        connect_timeout=aws.TIMEOUT_SECONDS,
        read_timeout=aws.TIMEOUT_SECONDS,
    )
    return Clients(
        session=boto3.Session(region_name=settings.aws_region),
        options={"endpoint_url": settings.aws_endpoint_url, "config": config},
    )
