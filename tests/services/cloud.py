"""An AWS account as moto's server plays it, with server groups in it."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from offline import moto_server
from scripts.services import clients
from scripts.services.clients import Clients
from scripts.settings import OpsSettings
from tests.services.object_store import REGION

if TYPE_CHECKING:
    from mypy_boto3_ec2.literals import InstanceTypeType

PROJECT = "messaging-app"
IMAGE = "ami-12c6146b"
"""One of those that moto has."""
SIZE: "InstanceTypeType" = "m6i.xlarge"


@dataclass(frozen=True)
class Cloud:
    """A running account.

    Args:
        environment: of what is made there; each test has one of its own.
    """

    endpoint: str
    environment: str

    def settings(self, **known: object) -> OpsSettings:
        """Settings of `ops` that lead here."""
        given = {"aws_region": REGION, "aws_endpoint_url": self.endpoint, **known}
        return OpsSettings.model_validate({"environment": self.environment, **given})

    def clients(self) -> Clients:
        return _clients(self.endpoint)

    def add_group(self, role: str, *, servers: int, most: int) -> str:
        """Make a server group behind a target group, and return its name."""
        aws = self.clients()
        vpc, subnets = self.network()
        target = aws.elbv2.create_target_group(
            Name=f"{role}-{self.environment}", Protocol="HTTP", Port=8080, VpcId=vpc
        )["TargetGroups"][0].get("TargetGroupArn", "")
        balancer = aws.elbv2.create_load_balancer(
            Name=f"{role}-{self.environment}", Subnets=subnets
        )
        aws.elbv2.create_listener(
            LoadBalancerArn=balancer["LoadBalancers"][0].get("LoadBalancerArn", ""),
            Port=80,
            Protocol="HTTP",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": target}],
        )
        template = aws.ec2.create_launch_template(
            LaunchTemplateName=f"{role}-{self.environment}",
            LaunchTemplateData={"ImageId": IMAGE, "InstanceType": SIZE},
        )["LaunchTemplate"].get("LaunchTemplateId", "")
        name = f"{PROJECT}-{self.environment}-{role}-servers"
        tags = {"Project": PROJECT, "Environment": self.environment, "Role": role}
        aws.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateId": template, "Version": "1"},
            MinSize=servers,
            MaxSize=most,
            VPCZoneIdentifier=",".join(subnets),
            TargetGroupARNs=[target],
            Tags=[
                {"Key": key, "Value": value, "PropagateAtLaunch": True, "ResourceId": name}
                for key, value in tags.items()
            ],
        )
        return name

    def add_server(self, role: str) -> str:
        """Start a server of its own, and return its identifier."""
        tags = {"Project": PROJECT, "Environment": self.environment, "Role": role}
        started = self.clients().ec2.run_instances(
            ImageId=IMAGE,
            InstanceType=SIZE,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[
                {
                    "ResourceType": "instance",
                    "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
                }
            ],
        )
        return started["Instances"][0].get("InstanceId", "")

    @contextmanager
    def sent(self) -> Generator[list[dict[str, Any]]]:
        """Yield what is asked of Systems Manager, one request for each command, in order."""
        requests: list[dict[str, Any]] = []

        def note(params: dict[str, Any], **_others: object) -> None:
            requests.append(dict(params))

        events = self.clients().ssm.meta.events
        events.register("provide-client-params.ssm.SendCommand", note)
        try:
            yield requests
        finally:
            events.unregister("provide-client-params.ssm.SendCommand", note)

    def network(self) -> tuple[str, list[str]]:
        """Return the default VPC and two of its subnets."""
        subnets = self.clients().ec2.describe_subnets()["Subnets"]
        return subnets[0].get("VpcId", ""), [each.get("SubnetId", "") for each in subnets[:2]]


@cache
def _clients(endpoint: str) -> Clients:
    settings = {"aws_region": REGION, "aws_endpoint_url": endpoint}
    return clients.of(OpsSettings.model_validate(settings))


@contextmanager
def cloud() -> Generator[str]:
    """Run an account until the end of the block; yields its address."""
    server, endpoint = moto_server.start()
    try:
        yield endpoint
    finally:
        server.stop()
