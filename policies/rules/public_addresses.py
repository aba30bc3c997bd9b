"""Servers have no public address, neither of their own nor from their subnet."""

from collections.abc import Callable, Iterator, Mapping

from evaluation.levels import Severity
from evaluation.properties import entries, is_given, is_off, value_at
from evaluation.references import fsbp, guide, pci
from evaluation.resource_types import AUTO_SCALING_GROUP, INSTANCE, LAUNCH_TEMPLATE
from evaluation.resources import Resource
from evaluation.rule import Example, ResourceRule

ADVICE = "only the load balancer may be reached from the internet."


def _server(properties: object) -> Iterator[str]:
    asked = {"associatePublicIpAddress": value_at(properties, "associatePublicIpAddress")}
    for index, interface in enumerate(entries(value_at(properties, "networkInterfaces"))):
        path = f"networkInterfaces[{index}].associatePublicIpAddress"
        asked[path] = value_at(interface, "associatePublicIpAddress")
    for path, flag in asked.items():
        if not is_off(flag):
            yield f"{path} is on; {ADVICE} Set it to false."


def _instance(properties: object) -> Iterator[str]:
    yield from _server(properties)
    placed = is_given(properties, "subnetId") or is_given(properties, "networkInterfaces")
    if not placed and value_at(properties, "associatePublicIpAddress") is not False:
        yield (
            "subnetId is not set, so the server starts in a default subnet, which gives it a "
            f"public address; {ADVICE} Set subnetId to a private subnet."
        )


def _auto_scaling_group(properties: object) -> Iterator[str]:
    if not is_given(properties, "vpcZoneIdentifiers"):
        yield (
            "vpcZoneIdentifiers is not set, so the servers start in default subnets, which give "
            f"them public addresses; {ADVICE} Set it to private subnets."
        )


def _subnet(properties: object) -> Iterator[str]:
    if not is_off(value_at(properties, "mapPublicIpOnLaunch")):
        yield (
            "mapPublicIpOnLaunch is on, so every server of the subnet has a public address; "
            f"{ADVICE} Set it to false."
        )


def _default_subnet(properties: object) -> Iterator[str]:
    if value_at(properties, "mapPublicIpOnLaunch") is not False:
        yield (
            "mapPublicIpOnLaunch is not false, and a default subnet gives its servers public "
            f"addresses; {ADVICE} Set it to false."
        )


def _elastic_address(properties: object) -> Iterator[str]:
    # One without either is for a NAT gateway or a load balancer.
    for key in ("instance", "networkInterface"):
        if is_given(properties, key):
            yield f"{key} gives a server a public address; {ADVICE} Remove it."


def _association(_properties: object) -> Iterator[str]:
    yield f"the association gives a server a public address; {ADVICE} Remove it."


CHECKS: Mapping[str, Callable[[object], Iterator[str]]] = {
    LAUNCH_TEMPLATE: _server,
    INSTANCE: _instance,
    AUTO_SCALING_GROUP: _auto_scaling_group,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/defaultSubnet:DefaultSubnet": _default_subnet,
    "aws:ec2/eip:Eip": _elastic_address,
    "aws:ec2/eipAssociation:EipAssociation": _association,
}


def check(resource: Resource) -> Iterator[str]:
    """Reject every way in which a server gets a public address."""
    yield from CHECKS[resource.resource_type](resource.props)


PUBLIC_ADDRESSES = ResourceRule(
    name="public-addresses",
    title="Servers have no public address",
    why=(
        "A server with a public address can be attacked directly, past the load balancer and "
        "its firewall."
    ),
    severity=Severity.CRITICAL,
    references=(
        guide("Security Hardening 1"),
        fsbp("EC2.9"),
        fsbp("EC2.15"),
        fsbp("EC2.25"),
        pci("1.4.4"),
    ),
    fix=(
        "Place servers in private subnets; reach them through the load balancer or Session Manager."
    ),
    example=Example(
        violates="associatePublicIpAddress: true",
        complies="associatePublicIpAddress: false",
    ),
    resource_types=CHECKS,
    check=check,
)
