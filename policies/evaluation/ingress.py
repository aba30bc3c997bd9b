"""What security groups let in, from each of the shapes that say so."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from evaluation.properties import entries, is_given, value_at

SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup"
DEFAULT_SECURITY_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
SECURITY_GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"

GROUPS = (SECURITY_GROUP, DEFAULT_SECURITY_GROUP)
STANDALONE_RULES = (INGRESS_RULE, SECURITY_GROUP_RULE)

WEB_PORTS = (80, 443)

# No single organisation holds a network wider than these, so one stands for the world: two /1
# networks let in everyone as surely as a /0 does.
WIDEST_IPV4_PREFIX = 8
WIDEST_IPV6_PREFIX = 16


@dataclass(frozen=True, kw_only=True)
class Ingress:
    """One permission to enter: from which networks, by which protocol and ports."""

    networks: list[object]
    protocol: object
    from_port: object
    to_port: object

    @property
    def world(self) -> list[object]:
        """Those of the networks that are open to the world."""
        return [network for network in self.networks if is_world(network)]

    @property
    def web_only(self) -> bool:
        """Whether it opens one web port over TCP, and nothing else."""
        return (
            self.protocol in ("tcp", "6")
            and self.from_port == self.to_port
            and self.from_port in WEB_PORTS
        )

    @property
    def opened(self) -> str:
        """The ports and protocol in words."""
        if self.from_port is None and self.to_port is None:
            return f"protocol {self.protocol} on every port"
        return f"protocol {self.protocol}, ports {_port(self.from_port)} to {_port(self.to_port)}"


def ingress(resource_type: str, properties: object) -> Iterator[Ingress]:
    """The permissions that a security group or a standalone rule gives."""
    if resource_type == INGRESS_RULE:
        yield Ingress(
            networks=[
                *entries(value_at(properties, "cidrIpv4")),
                *entries(value_at(properties, "cidrIpv6")),
                *_prefix_lists(properties, "prefixListId"),
            ],
            protocol=value_at(properties, "ipProtocol"),
            from_port=value_at(properties, "fromPort"),
            to_port=value_at(properties, "toPort"),
        )
    elif resource_type == SECURITY_GROUP_RULE:
        if value_at(properties, "type") != "egress":
            yield _ingress_of_blocks(properties)
    else:
        for permission in entries(value_at(properties, "ingress")):
            yield _ingress_of_blocks(permission)


def is_world(network: object) -> bool:
    """Whether a CIDR admits the world. What cannot be read as a CIDR may, so it counts."""
    if not isinstance(network, str):
        return True
    try:
        parsed = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return True
    is_ipv4 = isinstance(parsed, ipaddress.IPv4Network)
    return parsed.prefixlen < (WIDEST_IPV4_PREFIX if is_ipv4 else WIDEST_IPV6_PREFIX)


def _ingress_of_blocks(permission: object) -> Ingress:
    return Ingress(
        networks=[
            *entries(value_at(permission, "cidrBlocks")),
            *entries(value_at(permission, "ipv6CidrBlocks")),
            *_prefix_lists(permission, "prefixListIds"),
        ],
        protocol=value_at(permission, "protocol"),
        from_port=value_at(permission, "fromPort"),
        to_port=value_at(permission, "toPort"),
    )


def _prefix_lists(permission: object, key: str) -> list[str]:
    """What stands for prefix lists: no CIDR, for their owner can add the world to them any day."""
    return ["a prefix list"] if is_given(permission, key) else []


def _port(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
