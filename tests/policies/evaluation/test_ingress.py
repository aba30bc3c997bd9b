"""Permissions of security groups are read whatever form they have."""

import pytest

from evaluation.ingress import INGRESS_RULE, Ingress, ingress, is_world


@pytest.mark.parametrize(
    "network", ["0.0.0.0/0", "::/0", "0.0.0.0/1", "no network", None, 7, {"cidr": "10.0.0.0/8"}]
)
def test_what_admits_the_world_or_cannot_be_read_counts_as_the_world(network: object) -> None:
    assert is_world(network)


@pytest.mark.parametrize("network", ["10.0.0.0/8", "10.1.2.3/8", "fd00:1::/48", "203.0.113.7"])
def test_a_network_of_one_owner_is_not_the_world(network: str) -> None:
    assert not is_world(network)


@pytest.mark.parametrize(("protocol", "web"), [("tcp", True), ("6", True), ("17", False)])
def test_tcp_may_be_given_by_its_number(protocol: str, web: bool) -> None:
    [found] = ingress(INGRESS_RULE, {"ipProtocol": protocol, "fromPort": 443, "toPort": 443})
    assert found.web_only is web


@pytest.mark.parametrize(
    ("from_port", "to_port", "opened"),
    [
        (None, None, "protocol tcp on every port"),
        (22.0, None, "protocol tcp, ports 22 to "),
        (None, 22.0, "protocol tcp, ports "),
    ],
)
def test_only_a_permission_without_any_port_is_for_every_port(
    from_port: object, to_port: object, opened: str
) -> None:
    permission = Ingress(networks=[], protocol="tcp", from_port=from_port, to_port=to_port)
    assert permission.opened.startswith(opened)
