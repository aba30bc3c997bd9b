"""Subnets never move, each tier has exactly its own way out, and traffic is on record."""

import json
from collections.abc import Callable
from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.aws.network import (
    TIERS,
    Network,
    NetworkArgs,
    delivery_policy,
    subnet_cidr,
    trust_policy,
)
from components.identity import Identity
from settings.network import MAX_ZONES, NetworkSettings
from tests.components.recording import ACCOUNT_ID, Recording, record

REGION = "eu-central-1"
ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]

ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
EIP = "aws:ec2/eip:Eip"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NAT = "aws:ec2/natGateway:NatGateway"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
ROUTE = "aws:ec2/route:Route"
SUBNET = "aws:ec2/subnet:Subnet"
TABLE = "aws:ec2/routeTable:RouteTable"
VPC = "aws:ec2/vpc:Vpc"

Build = Callable[..., Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(zones: list[str] = ZONES, nat: str = "zone", *, protect: bool = True) -> Recording:
        settings = NetworkSettings.model_validate(
            {"cidr": "10.0.0.0/16", "zones": zones, "nat": nat}
        )
        args = NetworkArgs(
            identity=identity,
            settings=settings,
            region=REGION,
            kms_key_arn="arn:aws:kms:key",
            protect=protect,
        )
        return record(lambda: Network("network", args))

    return run


@pytest.fixture(scope="module")
def built(build: Build) -> Recording:
    return build()


def way_out(built: Recording, subnet_id: str) -> list[tuple[str, str]]:
    """Destinations and gateways of the route table that a subnet uses."""
    table = next(
        each.inputs["routeTableId"]
        for each in built.all(ASSOCIATION)
        if each.inputs["subnetId"] == subnet_id
    )
    return [
        (
            each.inputs["destinationCidrBlock"],
            each.inputs.get("gatewayId") or each.inputs["natGatewayId"],
        )
        for each in built.all(ROUTE)
        if each.inputs["routeTableId"] == table
    ]


@pytest.mark.parametrize(
    ("zones", "nat", "gateways"), [(2, "zone", 2), (3, "zone", 3), (3, "single", 1)]
)
def test_it_is_exactly_the_resources_that_zones_and_nat_need(
    build: Build, zones: int, nat: str, gateways: int
) -> None:
    assert build(ZONES[:zones], nat).counts() == {
        "messaging-app:aws:Network": 1,
        VPC: 1,
        DEFAULT_GROUP: 1,
        SUBNET: 3 * zones,
        GATEWAY: 1,
        EIP: gateways,
        NAT: gateways,
        TABLE: 2 + zones,
        ASSOCIATION: 3 * zones,
        ROUTE: 1 + zones,
        ENDPOINT: 1,
        LOG_GROUP: 1,
        ROLE: 1,
        POLICY: 1,
        FLOW_LOG: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_vpc_has_the_range_and_resolves_names(built: Recording) -> None:
    vpc = built.one(VPC).inputs
    assert vpc["cidrBlock"] == built.outputs["cidr"] == "10.0.0.0/16"
    assert (vpc["enableDnsSupport"], vpc["enableDnsHostnames"]) == (True, True)


def test_the_default_security_group_lets_nothing_through(built: Recording) -> None:
    group = built.one(DEFAULT_GROUP).inputs
    assert group.keys() == {"vpcId", "tags"}
    assert group["vpcId"] == built.outputs["vpc_id"]


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_has_one_subnet_in_every_zone_in_the_order_of_the_settings(
    built: Recording, tier: str
) -> None:
    subnets = [built.one(SUBNET, f"network-{tier}-{zone}") for zone in ZONES]
    assert [each.inputs["availabilityZone"] for each in subnets] == ZONES
    assert built.outputs[f"{tier}_subnet_ids"] == [f"{each.name}-id" for each in subnets]


def test_subnets_have_the_documented_addresses(built: Recording) -> None:
    addresses = {each.name: each.inputs["cidrBlock"] for each in built.all(SUBNET)}
    assert addresses == {
        "network-public-eu-central-1a": "10.0.0.0/20",
        "network-private-eu-central-1a": "10.0.16.0/20",
        "network-isolated-eu-central-1a": "10.0.32.0/20",
        "network-public-eu-central-1b": "10.0.64.0/20",
        "network-private-eu-central-1b": "10.0.80.0/20",
        "network-isolated-eu-central-1b": "10.0.96.0/20",
        "network-public-eu-central-1c": "10.0.128.0/20",
        "network-private-eu-central-1c": "10.0.144.0/20",
        "network-isolated-eu-central-1c": "10.0.160.0/20",
    }


def test_adding_a_zone_moves_no_subnet(build: Build) -> None:
    before, after = build(ZONES[:2]), build(ZONES)
    kept = {each.name: each.inputs["cidrBlock"] for each in before.all(SUBNET)}
    now = {each.name: each.inputs["cidrBlock"] for each in after.all(SUBNET)}
    assert kept.items() <= now.items()


@given(prefix=st.integers(min_value=16, max_value=20))
def test_no_two_subnets_overlap_and_all_lie_in_the_vpc(prefix: int) -> None:
    vpc = IPv4Network((0x0A000000, prefix))
    subnets = [subnet_cidr(vpc, zone, tier) for zone in range(MAX_ZONES) for tier in TIERS]
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


def test_public_subnets_go_straight_to_the_internet(built: Recording) -> None:
    expected = [("0.0.0.0/0", "network-internet-gateway-id")]
    assert [way_out(built, each) for each in built.outputs["public_subnet_ids"]] == [expected] * 3


def test_private_subnets_leave_through_the_nat_gateway_of_their_own_zone(built: Recording) -> None:
    assert [way_out(built, each) for each in built.outputs["private_subnet_ids"]] == [
        [("0.0.0.0/0", f"network-nat-{zone}-id")] for zone in ZONES
    ]


def test_with_a_single_nat_gateway_all_zones_leave_through_the_first(build: Build) -> None:
    built = build(nat="single")
    expected = [("0.0.0.0/0", f"network-nat-{ZONES[0]}-id")]
    assert [way_out(built, each) for each in built.outputs["private_subnet_ids"]] == [expected] * 3


def test_isolated_subnets_have_no_way_out(built: Recording) -> None:
    assert [way_out(built, each) for each in built.outputs["isolated_subnet_ids"]] == [[]] * 3


@pytest.mark.parametrize("zone", ZONES)
def test_a_nat_gateway_stands_in_the_public_subnet_of_its_zone(built: Recording, zone: str) -> None:
    gateway = built.one(NAT, f"network-nat-{zone}")
    assert gateway.inputs["subnetId"] == f"network-public-{zone}-id"
    assert gateway.inputs["allocationId"] == f"network-nat-{zone}-id"
    assert built.one(GATEWAY).urn in gateway.request.dependencies


def test_changing_nat_mode_replaces_no_route_table(build: Build) -> None:
    per_zone, single = build(nat="zone"), build(nat="single")
    assert [t.name for t in per_zone.all(TABLE)] == [t.name for t in single.all(TABLE)]
    assert [r.name for r in per_zone.all(ROUTE)] == [r.name for r in single.all(ROUTE)]


def test_s3_is_reached_from_private_and_isolated_subnets_without_nat(built: Recording) -> None:
    endpoint = built.one(ENDPOINT).inputs
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert endpoint["serviceName"] == "com.amazonaws.eu-central-1.s3"
    assert set(endpoint["routeTableIds"]) == {
        f"{each.name}-id" for each in built.all(TABLE) if each.name != "network-public"
    }


def test_flow_logs_are_encrypted_and_kept_a_year(built: Recording) -> None:
    group = built.one(LOG_GROUP)
    assert group.inputs["name"] == "/messaging-app/test/flow-logs"
    assert group.inputs["kmsKeyId"] == "arn:aws:kms:key"
    assert group.inputs["retentionInDays"] == 365
    assert group.tags["Role"] == "audit"


def test_all_traffic_of_the_vpc_is_logged(built: Recording) -> None:
    log = built.one(FLOW_LOG)
    assert log.inputs["vpcId"] == built.outputs["vpc_id"]
    assert log.inputs["trafficType"] == "ALL"
    assert log.inputs["logDestinationType"] == "cloud-watch-logs"
    assert log.inputs["logDestination"].endswith(":network-flow-logs")
    assert built.one(POLICY).urn in log.request.dependencies


def test_only_flow_logs_of_the_account_may_take_the_role(built: Recording) -> None:
    trust = json.loads(built.one(ROLE).inputs["assumeRolePolicy"])
    assert trust == trust_policy(ACCOUNT_ID)
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "vpc-flow-logs.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}


def test_the_role_may_write_to_its_log_group_only(built: Recording) -> None:
    group_arn = f"arn:aws:mock::{ACCOUNT_ID}:network-flow-logs"
    policy = json.loads(built.one(POLICY).inputs["policy"])
    assert policy == delivery_policy(group_arn)
    writes = [each for each in policy["Statement"] if "logs:PutLogEvents" in each["Action"]]
    assert [each["Resource"] for each in writes] == [f"{group_arn}:*"]
    anywhere = [each["Action"] for each in policy["Statement"] if each["Resource"] == "*"]
    assert anywhere == ["logs:DescribeLogGroups"]


@pytest.mark.parametrize("protect", [True, False])
def test_the_vpc_alone_is_protected_when_asked(build: Build, protect: bool) -> None:
    protected = [each.type for each in build(protect=protect).resources if each.request.protect]
    assert protected == ([VPC] if protect else [])
