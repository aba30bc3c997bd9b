"""The VPC: public, private and isolated subnets in every zone."""

import json
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Literal

import pulumi
from pulumi_aws import cloudwatch, ec2, iam

from components.identity import Identity
from settings.network import MAX_ZONES, NetworkSettings

Tier = Literal["public", "private", "isolated"]
TIERS: tuple[Tier, ...] = ("public", "private", "isolated")

BLOCKS_PER_ZONE = 4
"""The three tiers and a spare, which makes the number of blocks a power of two."""

ANYWHERE = "0.0.0.0/0"

FLOW_LOG_DAYS = 365
"""Auditors ask who talked to whom for a year back."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Addresses and zones, and the key that encrypts the flow logs."""

    identity: Identity
    settings: NetworkSettings
    region: str
    kms_key_arn: pulumi.Input[str]
    protect: bool
    """Refuse to replace or delete the VPC, which every server and data store stands in."""


class Network(pulumi.ComponentResource):
    """A VPC with three tiers of subnets.

    Public subnets hold the load balancer and the NAT gateways; private ones the servers, which
    reach the internet through NAT; isolated ones the data stores, which have no route out.
    """

    vpc_id: pulumi.Output[str]
    cidr: str
    public_subnet_ids: list[pulumi.Output[str]]
    """One per zone, in the order of `settings.zones`; the other lists likewise."""
    private_subnet_ids: list[pulumi.Output[str]]
    private_subnet_cidrs: list[IPv4Network]
    isolated_subnet_ids: list[pulumi.Output[str]]
    nat_gateway_ids: dict[str, pulumi.Output[str]]
    """By zone; one zone has them all when `settings.nat` is `single`."""

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Network", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.cidr = str(args.settings.cidr)
        vpc = self._vpc(name)
        self.vpc_id = vpc.id
        self.public_subnet_ids = self._subnets(name, "public")
        self.private_subnet_ids = self._subnets(name, "private")
        self.isolated_subnet_ids = self._subnets(name, "isolated")
        self.private_subnet_cidrs = [
            subnet_cidr(args.settings.cidr, index, "private")
            for index in range(len(args.settings.zones))
        ]
        internet_gateway = self._public_routes(name)
        private_tables = self._private_routes(name, internet_gateway)
        isolated_table = self._isolated_routes(name)
        self._s3_endpoint(name, [*private_tables, isolated_table])
        self._flow_logs(name, vpc)
        self.register_outputs(
            {
                "vpc_id": self.vpc_id,
                "cidr": self.cidr,
                "public_subnet_ids": self.public_subnet_ids,
                "private_subnet_ids": self.private_subnet_ids,
                "isolated_subnet_ids": self.isolated_subnet_ids,
            }
        )

    def _tags(self, *parts: str) -> dict[str, str]:
        identity = self._args.identity
        return identity.tags("network", identity.name(*parts, limit=128))

    def _vpc(self, name: str) -> ec2.Vpc:
        vpc = ec2.Vpc(
            f"{name}-vpc",
            cidr_block=self.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._tags("vpc"),
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        # AWS makes this group with the VPC and lets its members talk freely. Without rules it
        # lets nothing through, so whoever forgets to name a group gets no access at all.
        ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=vpc.id,
            tags=self._tags("unused"),
            opts=self._child,
        )
        return vpc

    def _subnets(self, name: str, tier: Tier) -> list[pulumi.Output[str]]:
        return [
            ec2.Subnet(
                f"{name}-{tier}-{zone}",
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=str(subnet_cidr(self._args.settings.cidr, index, tier)),
                tags=self._tags(tier, zone),
                opts=self._child,
            ).id
            for index, zone in enumerate(self._args.settings.zones)
        ]

    def _route_table(self, name: str, *parts: str) -> ec2.RouteTable:
        return ec2.RouteTable(
            "-".join((name, *parts)),
            vpc_id=self.vpc_id,
            tags=self._tags(*parts),
            opts=self._child,
        )

    def _associate(
        self, name: str, tier: Tier, table: ec2.RouteTable, subnets: dict[str, pulumi.Output[str]]
    ) -> None:
        for zone, subnet_id in subnets.items():
            ec2.RouteTableAssociation(
                f"{name}-{tier}-{zone}",
                subnet_id=subnet_id,
                route_table_id=table.id,
                opts=self._child,
            )

    def _by_zone(self, subnet_ids: list[pulumi.Output[str]]) -> dict[str, pulumi.Output[str]]:
        return dict(zip(self._args.settings.zones, subnet_ids, strict=True))

    def _public_routes(self, name: str) -> ec2.InternetGateway:
        gateway = ec2.InternetGateway(
            f"{name}-internet-gateway",
            vpc_id=self.vpc_id,
            tags=self._tags("internet-gateway"),
            opts=self._child,
        )
        table = self._route_table(name, "public")
        self._associate(name, "public", table, self._by_zone(self.public_subnet_ids))
        ec2.Route(
            f"{name}-public-internet",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child,
        )
        return gateway

    def _nat_gateway(
        self, name: str, zone: str, internet_gateway: ec2.InternetGateway
    ) -> ec2.NatGateway:
        address = ec2.Eip(
            f"{name}-nat-{zone}",
            domain="vpc",
            tags=self._tags("nat", zone),
            opts=self._child,
        )
        return ec2.NatGateway(
            f"{name}-nat-{zone}",
            allocation_id=address.id,
            subnet_id=self._by_zone(self.public_subnet_ids)[zone],
            tags=self._tags("nat", zone),
            # AWS refuses a NAT gateway in a VPC that has no way to the internet yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[internet_gateway]),
        )

    def _private_routes(
        self, name: str, internet_gateway: ec2.InternetGateway
    ) -> list[ec2.RouteTable]:
        settings = self._args.settings
        nat_zones = settings.zones if settings.nat == "zone" else settings.zones[:1]
        gateways = {zone: self._nat_gateway(name, zone, internet_gateway).id for zone in nat_zones}
        self.nat_gateway_ids = gateways
        tables: list[ec2.RouteTable] = []
        for zone, subnet_id in self._by_zone(self.private_subnet_ids).items():
            # A table per zone in both modes: changing `nat` changes routes and nothing else.
            table = self._route_table(name, "private", zone)
            self._associate(name, "private", table, {zone: subnet_id})
            ec2.Route(
                f"{name}-private-{zone}-nat",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways.get(zone, gateways[nat_zones[0]]),
                opts=self._child,
            )
            tables.append(table)
        return tables

    def _isolated_routes(self, name: str) -> ec2.RouteTable:
        table = self._route_table(name, "isolated")
        self._associate(name, "isolated", table, self._by_zone(self.isolated_subnet_ids))
        return table

    def _s3_endpoint(self, name: str, tables: list[ec2.RouteTable]) -> None:
        # Backups and media do not pass the NAT gateways, which bill every gigabyte.
        ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=self.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self._args.region}.s3",
            route_table_ids=[table.id for table in tables],
            tags=self._tags("s3"),
            opts=self._child,
        )

    def _flow_logs(self, name: str, vpc: ec2.Vpc) -> None:
        identity = self._args.identity
        group = cloudwatch.LogGroup(
            f"{name}-flow-logs",
            name=identity.path("flow-logs"),
            kms_key_id=self._args.kms_key_arn,
            retention_in_days=FLOW_LOG_DAYS,
            tags=identity.tags("audit", identity.name("flow-logs", limit=128)),
            opts=self._child,
        )
        role = iam.Role(
            f"{name}-flow-logs",
            description="Lets VPC flow logs write to their log group",
            assume_role_policy=vpc.owner_id.apply(lambda owner: json.dumps(trust_policy(owner))),
            tags=identity.tags("audit", identity.name("flow-logs", limit=128)),
            opts=self._child,
        )
        policy = iam.RolePolicy(
            f"{name}-flow-logs",
            role=role.name,
            policy=group.arn.apply(lambda arn: json.dumps(delivery_policy(arn))),
            opts=self._child,
        )
        ec2.FlowLog(
            f"{name}-flow-log",
            vpc_id=self.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags=identity.tags("audit", identity.name("flow-log", limit=128)),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )


def subnet_cidr(vpc: IPv4Network, zone_index: int, tier: Tier) -> IPv4Network:
    """Addresses of one subnet.

    The VPC is cut into sixteen equal blocks, four to a zone in the order of the settings: public,
    private, isolated, spare. A zone appended to the list takes free blocks and moves no other.
    """
    bits = (MAX_ZONES * BLOCKS_PER_ZONE - 1).bit_length()
    blocks = list(vpc.subnets(prefixlen_diff=bits))
    return blocks[zone_index * BLOCKS_PER_ZONE + TIERS.index(tier)]


def trust_policy(account_id: str) -> dict[str, Any]:
    """Only flow logs of this account may take the role (AWS: cross-service confused deputy)."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
            }
        ],
    }


def delivery_policy(log_group_arn: str) -> dict[str, Any]:
    """Write to streams of the one log group; finding it needs a listing, which has no scope."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                "Resource": f"{log_group_arn}:*",
            },
            {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
        ],
    }
