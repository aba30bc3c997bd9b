"""Private ways to the AWS services that servers call."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import ec2, vpc

from components.identity import Identity
from service_config import ports

SERVICES = ("ssm", "ssmmessages", "ec2messages", "secretsmanager", "logs", "kms")
"""Sessions and patching (the first three), secrets at boot, logs, and the key for both."""


@dataclass(frozen=True, kw_only=True)
class VpcEndpointsArgs:
    """Where the endpoints stand, and who may call them: the whole of `vpc_cidr`."""

    identity: Identity
    region: str
    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    subnet_ids: Sequence[pulumi.Input[str]]


class VpcEndpoints(pulumi.ComponentResource):
    """One interface endpoint a service, in every private subnet.

    Private DNS makes the services' usual names resolve to them, so callers need no setting.
    """

    security_group_id: pulumi.Output[str]

    def __init__(
        self, name: str, args: VpcEndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:VpcEndpoints", name, None, opts)
        self.security_group_id = self._security_group(name, args)
        for service in SERVICES:
            self._endpoint(name, args, service)
        self.register_outputs({"security_group_id": self.security_group_id})

    def _security_group(self, name: str, args: VpcEndpointsArgs) -> pulumi.Output[str]:
        group = ec2.SecurityGroup(
            f"{name}-security-group",
            description="Endpoints of AWS services",
            vpc_id=args.vpc_id,
            tags=args.identity.tags("network", args.identity.name("endpoints", limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        vpc.SecurityGroupIngressRule(
            f"{name}-https-from-vpc",
            security_group_id=group.id,
            description="AWS API calls from inside the VPC",
            ip_protocol="tcp",
            from_port=ports.HTTPS,
            to_port=ports.HTTPS,
            cidr_ipv4=args.vpc_cidr,
            tags=args.identity.tags("network"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return group.id

    def _endpoint(self, name: str, args: VpcEndpointsArgs, service: str) -> None:
        ec2.VpcEndpoint(
            f"{name}-{service}",
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=f"com.amazonaws.{args.region}.{service}",
            subnet_ids=args.subnet_ids,
            security_group_ids=[self.security_group_id],
            private_dns_enabled=True,
            tags=args.identity.tags("network", args.identity.name(service, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )
