"""Nothing but the load balancer can be reached from the internet."""

from ipaddress import ip_network
from typing import Any, cast

from tests.components.recording import Recording

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
GATEWAY = "aws:ec2/internetGateway:InternetGateway"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
NAT = "aws:ec2/natGateway:NatGateway"
SUBNET = "aws:ec2/subnet:Subnet"


def is_world(cidr: str) -> bool:
    return not ip_network(cidr).is_private


def test_only_the_load_balancers_group_lets_the_world_in(program: Recording) -> None:
    (balancer,) = program.all(BALANCER)
    opened = {
        rule.inputs["securityGroupId"]: int(rule.inputs["toPort"])
        for rule in program.all(INGRESS)
        if is_world(rule.inputs.get("cidrIpv4", "10.0.0.0/8"))
    }
    assert list(opened) == balancer.inputs["securityGroups"]
    assert all("cidrIpv6" not in rule.inputs for rule in program.all(INGRESS))
    assert all("prefixListId" not in rule.inputs for rule in program.all(INGRESS))


def test_no_group_brings_rules_of_its_own(program: Recording) -> None:
    for group in [
        *program.all(GROUP),
        *program.all("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
    ]:
        assert "ingress" not in group.inputs
        assert "egress" not in group.inputs


def test_only_public_subnets_have_a_way_to_the_internet(program: Recording) -> None:
    routed = {
        route.inputs["routeTableId"]
        for route in program.all("aws:ec2/route:Route")
        if "gatewayId" in route.inputs
    }
    public = {
        each.inputs["subnetId"]
        for each in program.all("aws:ec2/routeTableAssociation:RouteTableAssociation")
        if each.inputs["routeTableId"] in routed
    }
    (balancer,) = program.all(BALANCER)
    assert public == set(balancer.inputs["subnets"])
    standing_there = {
        each.type
        for each in program.resources
        for value in each.inputs.values()
        if public & set(strings(value))
    }
    association = "aws:ec2/routeTableAssociation:RouteTableAssociation"
    assert standing_there == {BALANCER, NAT, association}


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return strings(list(cast("dict[str, Any]", value).values()))
    if isinstance(value, list):
        return [text for item in cast("list[Any]", value) for text in strings(item)]
    return []


def test_nothing_asks_for_a_public_address(program: Recording) -> None:
    asking = {
        (each.name, key)
        for each in program.resources
        for key in ("associatePublicIpAddress", "mapPublicIpOnLaunch", "publiclyAccessible")
        if each.inputs.get(key) not in (None, False)
    }
    assert asking == set()
    of_nat = {each.inputs["allocationId"] for each in program.all(NAT)}
    assert {f"{each.name}-id" for each in program.all("aws:ec2/eip:Eip")} == of_nat


def test_no_function_has_a_url_of_its_own(program: Recording) -> None:
    assert program.all("aws:lambda/functionUrl:FunctionUrl") == []


def test_there_is_one_load_balancer_and_one_way_in(program: Recording) -> None:
    assert len(program.all(BALANCER)) == len(program.all(GATEWAY)) == 1
