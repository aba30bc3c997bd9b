"""Nothing but the load balancer's web ports is open to the world."""

from collections.abc import Mapping

import pytest

from rules.public_ingress import PUBLIC_INGRESS
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import ingress_rule, security_group, security_group_rule

ADVICE = (
    "the world may reach ports 80 and 443 only. Name the networks that need it, or reach the "
    "servers through Session Manager."
)
HTTPS = {"cidrBlocks": ["0.0.0.0/0"], "protocol": "tcp", "fromPort": 443.0, "toPort": 443.0}


@pytest.mark.parametrize(
    "resource",
    [
        ingress_rule(),
        ingress_rule(cidrIpv4=None, cidrIpv6="::/0", fromPort=80.0, toPort=80.0),
        ingress_rule(cidrIpv4="10.0.0.0/8", ipProtocol="-1", fromPort=None, toPort=None),
        ingress_rule(cidrIpv4=None, referencedSecurityGroupId=UNKNOWN, fromPort=22.0, toPort=22.0),
        security_group_rule(),
        security_group_rule(type="egress", protocol="-1", fromPort=0.0, toPort=0.0),
        security_group(HTTPS),
        security_group({**HTTPS, "cidrBlocks": ["10.0.0.0/16"], "fromPort": 0.0}, role="api"),
        security_group(role="api"),
    ],
)
def test_web_ports_and_known_networks_pass(resource: Resource) -> None:
    assert violations(PUBLIC_INGRESS, resource) == []


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        (
            {"fromPort": 22.0, "toPort": 22.0},
            "protocol tcp, ports 22 to 22 is open to 0.0.0.0/0",
        ),
        ({"fromPort": 80.0}, "protocol tcp, ports 80 to 443 is open to 0.0.0.0/0"),
        ({"fromPort": 0.0, "toPort": 0.0}, "protocol tcp, ports 0 to 0 is open to 0.0.0.0/0"),
        ({"ipProtocol": "udp"}, "protocol udp, ports 443 to 443 is open to 0.0.0.0/0"),
        (
            {"ipProtocol": "-1", "fromPort": None, "toPort": None},
            "protocol -1 on every port is open to 0.0.0.0/0",
        ),
        (
            {"cidrIpv4": "0.0.0.0/1", "fromPort": 22.0},
            "protocol tcp, ports 22 to 443 is open to 0.0.0.0/1",
        ),
        (
            {"cidrIpv4": None, "cidrIpv6": "::/0", "fromPort": 22.0},
            "protocol tcp, ports 22 to 443 is open to ::/0",
        ),
        (
            {"cidrIpv4": "anywhere", "fromPort": 22.0},
            "protocol tcp, ports 22 to 443 is open to anywhere",
        ),
    ],
)
def test_other_ports_open_to_the_world_are_rejected(
    change: Mapping[str, object], opened: str
) -> None:
    assert violations(PUBLIC_INGRESS, ingress_rule(**change)) == [f"{opened}; {ADVICE}"]


def test_the_older_rule_type_is_read_as_well() -> None:
    assert violations(PUBLIC_INGRESS, security_group_rule(fromPort=22.0)) == [
        f"protocol tcp, ports 22 to 443 is open to 0.0.0.0/0, ::/0; {ADVICE}"
    ]


def test_a_rule_without_a_direction_counts_as_ingress() -> None:
    assert violations(PUBLIC_INGRESS, security_group_rule(type=None, fromPort=22.0)) == [
        f"protocol tcp, ports 22 to 443 is open to 0.0.0.0/0, ::/0; {ADVICE}"
    ]


@pytest.mark.parametrize("role", ["api", "bastion"])
def test_inline_web_ports_of_any_other_group_are_rejected(role: str) -> None:
    assert violations(PUBLIC_INGRESS, security_group(HTTPS, role=role)) == [
        f"a security group with Role {role} is open to 0.0.0.0/0; only one with Role "
        "load-balancer may be. Let the load balancer's group in instead."
    ]


def test_inline_permissions_are_held_to_the_web_ports_too() -> None:
    assert violations(PUBLIC_INGRESS, security_group({**HTTPS, "fromPort": 22.0})) == [
        f"protocol tcp, ports 22 to 443 is open to 0.0.0.0/0; {ADVICE}"
    ]


@pytest.mark.parametrize(
    "resource",
    [
        ingress_rule(cidrIpv4=None, prefixListId="pl-1", fromPort=22.0),
        ingress_rule(cidrIpv4=None, prefixListId=UNKNOWN, fromPort=22.0),
        security_group_rule(
            cidrBlocks=None, ipv6CidrBlocks=None, prefixListIds=["pl-1"], fromPort=22.0
        ),
        security_group({**HTTPS, "cidrBlocks": [], "prefixListIds": ["pl-1"], "fromPort": 22.0}),
    ],
)
def test_a_prefix_list_counts_as_the_world(resource: Resource) -> None:
    assert violations(PUBLIC_INGRESS, resource) == [
        f"protocol tcp, ports 22 to 443 is open to a prefix list; {ADVICE}"
    ]


def test_the_load_balancer_may_let_a_prefix_list_in() -> None:
    assert violations(PUBLIC_INGRESS, ingress_rule(cidrIpv4=None, prefixListId="pl-1")) == []


def test_a_network_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(PUBLIC_INGRESS, ingress_rule(cidrIpv4=UNKNOWN))
    assert message.startswith("cidrIpv4 is not known yet at preview")
