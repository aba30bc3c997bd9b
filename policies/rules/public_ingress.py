"""Only the web ports of the load balancer are open to the world."""

from collections.abc import Iterator

from evaluation.ingress import GROUPS, STANDALONE_RULES, ingress
from evaluation.levels import Severity
from evaluation.references import cis, fsbp, guide, pci, security_hub
from evaluation.resources import Resource
from evaluation.roles import LOAD_BALANCER, role
from evaluation.rule import Example, ResourceRule


def check(resource: Resource) -> Iterator[str]:
    """Reject ingress from the world, but for ports 80 and 443 of a load balancer's group.

    A standalone rule does not tell whose group it opens: `public-ingress-owner` looks that up.
    """
    for permission in ingress(resource.resource_type, resource.props):
        if not permission.world:
            continue
        source = ", ".join(str(network) for network in permission.world)
        if not permission.web_only:
            yield (
                f"{permission.opened} is open to {source}; the world may reach ports 80 and 443 "
                "only. Name the networks that need it, or reach the servers through Session "
                "Manager."
            )
        if resource.resource_type in GROUPS and role(resource.props) != LOAD_BALANCER:
            yield (
                f"a security group with Role {role(resource.props) or 'not set'} is open to "
                f"{source}; only one with Role {LOAD_BALANCER} may be. Let the load balancer's "
                "group in instead."
            )


PUBLIC_INGRESS = ResourceRule(
    name="public-ingress",
    title="Only ports 80 and 443 are open to the world",
    why="Every other open port, ssh before all, is found and tried within minutes.",
    severity=Severity.CRITICAL,
    references=(
        guide("Security Hardening 1"),
        cis("5.2"),
        cis("5.3"),
        security_hub("EC2.13"),
        fsbp("EC2.18"),
        fsbp("EC2.19"),
        pci("1.3.1"),
    ),
    fix="Name the networks that need the port, or reach the servers through Session Manager.",
    example=Example(
        violates="fromPort: 22, toPort: 22, cidrIpv4: 0.0.0.0/0",
        complies="fromPort: 443, toPort: 443, cidrIpv4: 0.0.0.0/0",
    ),
    resource_types=(*GROUPS, *STANDALONE_RULES),
    check=check,
)
