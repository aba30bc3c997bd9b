"""Servers with a public address are rejected."""

import pytest

from rules.public_addresses import PUBLIC_ADDRESSES
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import instance, launch_template


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
