"""Standalone rules open no group to the world but the load balancer's."""

from collections.abc import Iterator

from evaluation.ingress import GROUPS, STANDALONE_RULES, ingress
from evaluation.levels import Severity
from evaluation.references import fsbp, guide, pci
from evaluation.resources import Resource, Stack
from evaluation.roles import LOAD_BALANCER, role
from evaluation.rule import Example, StackRule


def check(rule: Resource, _stack: Stack) -> Iterator[str]:
    """Reject a rule open to the world unless its group, in this stack, is the load balancer's."""
    world = [
        str(network)
        for permission in ingress(rule.resource_type, rule.props)
        for network in permission.world
    ]
    if not world:
        return
    groups = [
        source
        for source in rule.property_dependencies.get("securityGroupId", [])
        if source.resource_type in GROUPS
    ]
    if [role(group.props) for group in groups] != [LOAD_BALANCER]:
        owner = groups[0].name if groups else "outside this stack"
        yield (
            f"the rule opens a security group ({owner}) to {', '.join(world)}; only one with Role "
            f"{LOAD_BALANCER} may be. Let the load balancer's group in instead."
        )


PUBLIC_INGRESS_OWNER = StackRule(
    name="public-ingress-owner",
    title="Only load balancers are open to the world",
    why="Port 443 of a server behind the load balancer is a way past it.",
    severity=Severity.CRITICAL,
    references=(
        guide("Security Hardening 1"),
        fsbp("EC2.18"),
        pci("1.3.1"),
    ),
    fix="Let the load balancer's security group in instead of a network.",
    example=Example(
        violates="securityGroupId: <the api servers'>, cidrIpv4: 0.0.0.0/0",
        complies="securityGroupId: <the load balancer's>, cidrIpv4: 0.0.0.0/0",
    ),
    resource_types=STANDALONE_RULES,
    beside=GROUPS,
    check=check,
)
