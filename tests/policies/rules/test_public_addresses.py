"""Servers with a public address are rejected."""

import pytest

from rules.public_addresses import PUBLIC_ADDRESSES
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import (
    auto_scaling_group,
    elastic_address,
    instance,
    launch_template,
    subnet,
    with_properties,
)


def is_on(path: str) -> str:
    return (
        f"{path} is on; only the load balancer may be reached from the internet. Set it to false."
    )


@pytest.mark.parametrize("flag", [None, False, "false"])
def test_a_private_server_passes(flag: object) -> None:
    interfaces = [{"associatePublicIpAddress": flag}]
    assert violations(PUBLIC_ADDRESSES, launch_template(networkInterfaces=interfaces)) == []
    assert violations(PUBLIC_ADDRESSES, instance(associatePublicIpAddress=flag)) == []


@pytest.mark.parametrize("flag", [True, "true", 1.0])
def test_a_server_that_is_not_plainly_private_is_rejected(flag: object) -> None:
    interfaces = [{"associatePublicIpAddress": "false"}, {"associatePublicIpAddress": flag}]
    assert violations(PUBLIC_ADDRESSES, launch_template(networkInterfaces=interfaces)) == [
        is_on("networkInterfaces[1].associatePublicIpAddress")
    ]
    assert violations(PUBLIC_ADDRESSES, instance(associatePublicIpAddress=flag)) == [
        is_on("associatePublicIpAddress")
    ]


def test_a_flag_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(PUBLIC_ADDRESSES, instance(associatePublicIpAddress=UNKNOWN))
    assert message.startswith("associatePublicIpAddress is not known yet at preview")


@pytest.mark.parametrize(
    "resource",
    [
        subnet(),
        subnet(mapPublicIpOnLaunch=None),
        Resource(
            type="aws:ec2/defaultSubnet:DefaultSubnet", properties={"mapPublicIpOnLaunch": False}
        ),
        elastic_address(),
        auto_scaling_group(),
        instance(subnetId=None),
        instance(
            subnetId=None,
            associatePublicIpAddress=None,
            networkInterfaces=[{"networkInterfaceId": UNKNOWN}],
        ),
    ],
)
def test_what_gives_no_server_a_public_address_passes(resource: Resource) -> None:
    assert violations(PUBLIC_ADDRESSES, resource) == []


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        (
            subnet(mapPublicIpOnLaunch=True),
            "mapPublicIpOnLaunch is on, so every server of the subnet has a public address; "
            "only the load balancer may be reached from the internet. Set it to false.",
        ),
        (
            Resource(type="aws:ec2/defaultSubnet:DefaultSubnet", properties={}),
            "mapPublicIpOnLaunch is not false, and a default subnet gives its servers public "
            "addresses; only the load balancer may be reached from the internet. Set it to false.",
        ),
        (
            instance(subnetId=None, associatePublicIpAddress=None),
            "subnetId is not set, so the server starts in a default subnet, which gives it a "
            "public address; only the load balancer may be reached from the internet. Set "
            "subnetId to a private subnet.",
        ),
        (
            with_properties(auto_scaling_group(), {"vpcZoneIdentifiers": None}),
            "vpcZoneIdentifiers is not set, so the servers start in default subnets, which give "
            "them public addresses; only the load balancer may be reached from the internet. Set "
            "it to private subnets.",
        ),
        (
            elastic_address(instance=UNKNOWN),
            "instance gives a server a public address; only the load balancer may be reached from "
            "the internet. Remove it.",
        ),
        (
            elastic_address(networkInterface="eni-1"),
            "networkInterface gives a server a public address; only the load balancer may be "
            "reached from the internet. Remove it.",
        ),
        (
            Resource(type="aws:ec2/eipAssociation:EipAssociation", properties={}),
            "the association gives a server a public address; only the load balancer may be "
            "reached from the internet. Remove it.",
        ),
    ],
)
def test_a_public_address_from_beside_the_server_is_rejected(
    resource: Resource, message: str
) -> None:
    assert violations(PUBLIC_ADDRESSES, resource) == [message]
