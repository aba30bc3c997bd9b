"""Servers have no public address."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.mandatory import resource_policy
from evaluation.properties import entries, is_off, value_at
from evaluation.volumes import INSTANCE, LAUNCH_TEMPLATE


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject servers and network interfaces that ask for a public address."""
    asked = {"associatePublicIpAddress": value_at(args.props, "associatePublicIpAddress")}
    for index, interface in enumerate(entries(value_at(args.props, "networkInterfaces"))):
        path = f"networkInterfaces[{index}].associatePublicIpAddress"
        asked[path] = value_at(interface, "associatePublicIpAddress")
    for path, flag in asked.items():
        if not is_off(flag):
            yield (
                f"{path} is on; only the load balancer may be reached from the internet. "
                "Set it to false."
            )


PUBLIC_ADDRESSES = resource_policy(
    name="public-addresses",
    description="Servers have no public address (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    resource_types=(LAUNCH_TEMPLATE, INSTANCE),
    check=check,
)
