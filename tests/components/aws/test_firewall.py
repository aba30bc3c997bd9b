"""Exactly the named flows pass, seen from both ends."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network

import pytest

from components.aws.firewall import (
    FLOWS,
    GROUPS,
    SERVERS,
    WORLD,
    Firewall,
    FirewallArgs,
    Flow,
    ssh_flows,
)
from components.identity import Identity, Role
from tests.components.recording import Recording, Registration, record

EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"

OFFICE = IPv4Network("192.0.2.0/24")

Build = Callable[..., Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(*ssh_cidrs: IPv4Network) -> Recording:
        args = FirewallArgs(identity=identity, vpc_id="vpc-1", ssh_cidrs=ssh_cidrs)
        return record(lambda: Firewall("firewall", args))

    return run


@pytest.fixture(scope="module")
def built(build: Build) -> Recording:
    return build()


def peers(built: Recording, type_: str, role: Role) -> set[tuple[str, int]]:
    """Who may be talked to at which port, by the rules of one group."""
    names = {group_id: name for name, group_id in built.outputs["group_ids"].items()}
    return {
        (_peer(rule, names), int(rule.inputs["fromPort"]))
        for rule in built.all(type_)
        if rule.inputs["securityGroupId"] == built.outputs["group_ids"][role]
    }


def _peer(rule: Registration, names: dict[str, str]) -> str:
    cidr = rule.inputs.get("cidrIpv4")
    return cidr or names[rule.inputs["referencedSecurityGroupId"]]


def test_without_ssh_it_is_six_groups_and_the_rules_of_the_table(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:Firewall": 1,
        GROUP: 6,
        INGRESS: 19,
        EGRESS: 25,
    }


def test_each_ssh_network_adds_one_rule_a_server_role(build: Build) -> None:
    assert build(OFFICE).counts()[INGRESS] == 19 + len(SERVERS)
    assert build(OFFICE, IPv4Network("198.51.100.0/24")).counts()[INGRESS] == 19 + 2 * len(SERVERS)


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_a_group_carries_its_role(built: Recording) -> None:
    assert set(built.outputs["group_ids"]) == set(GROUPS)
    for role in GROUPS:
        group = built.one(GROUP, f"firewall-{role}")
        assert group.tags["Role"] == role
        assert group.inputs["vpcId"] == "vpc-1"


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("load-balancer", {("0.0.0.0/0", 80), ("0.0.0.0/0", 443)}),
        ("api", {("load-balancer", 8080), ("monitoring", 8080), ("monitoring", 9100)}),
        ("websocket", {("load-balancer", 8081), ("monitoring", 8081), ("monitoring", 9100)}),
        ("database", {("api", 5432), ("websocket", 5432), ("monitoring", 5432)}),
        (
            "cache",
            {
                ("api", 6379),
                ("websocket", 6379),
                ("cache", 6379),
                ("cache", 26379),
                ("monitoring", 6379),
                ("monitoring", 26379),
                ("monitoring", 9100),
            },
        ),
        ("monitoring", {("cache", 26379)}),
    ],
)
def test_a_role_is_reached_only_by(
    built: Recording, role: Role, expected: set[tuple[str, int]]
) -> None:
    assert peers(built, INGRESS, role) == expected


WEB = {("0.0.0.0/0", 80), ("0.0.0.0/0", 443)}


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("load-balancer", {("api", 8080), ("websocket", 8081)}),
        ("api", {("database", 5432), ("cache", 6379), *WEB}),
        ("websocket", {("database", 5432), ("cache", 6379), *WEB}),
        ("database", set[tuple[str, int]]()),
        ("cache", {("cache", 6379), ("cache", 26379), ("monitoring", 26379), *WEB}),
        (
            "monitoring",
            {
                ("api", 8080),
                ("api", 9100),
                ("websocket", 8081),
                ("websocket", 9100),
                ("database", 5432),
                ("cache", 6379),
                ("cache", 26379),
                ("cache", 9100),
                *WEB,
            },
        ),
    ],
)
def test_a_role_reaches_only(built: Recording, role: Role, expected: set[tuple[str, int]]) -> None:
    assert peers(built, EGRESS, role) == expected


def test_only_the_load_balancer_is_open_to_the_world(build: Build) -> None:
    built = build(OFFICE)
    open_groups = {
        rule.inputs["securityGroupId"]
        for rule in built.all(INGRESS)
        if rule.inputs.get("cidrIpv4") == str(WORLD)
    }
    assert open_groups == {built.outputs["group_ids"]["load-balancer"]}


def test_ssh_comes_from_the_named_networks_only(build: Build) -> None:
    rules = [rule.inputs for rule in build(OFFICE).all(INGRESS) if rule.inputs["fromPort"] == 22]
    assert {rule["cidrIpv4"] for rule in rules} == {"192.0.2.0/24"}
    assert len(rules) == len(SERVERS)


def test_without_named_networks_nobody_may_ssh() -> None:
    assert ssh_flows([]) == ()


def test_every_rule_is_one_tcp_port_of_one_peer(build: Build) -> None:
    built = build(OFFICE)
    for rule in (*built.all(INGRESS), *built.all(EGRESS)):
        assert rule.inputs["ipProtocol"] == "tcp"
        assert rule.inputs["fromPort"] == rule.inputs["toPort"]
        assert len({"cidrIpv4", "referencedSecurityGroupId"} & rule.inputs.keys()) == 1, rule.name


def test_no_flow_is_listed_twice() -> None:
    ends = [(flow.from_, flow.to, flow.port) for flow in FLOWS]
    assert len(ends) == len(set(ends))


@pytest.mark.parametrize("flow", FLOWS, ids=str)
def test_a_reason_is_a_description_that_aws_accepts(flow: Flow) -> None:
    assert re.fullmatch(r"[A-Za-z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}", flow.why)
