"""Standalone rules open no group to the world but the load balancer's."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.ingress import GROUPS, STANDALONE_RULES, ingress
from evaluation.mandatory import stack_policy
from evaluation.roles import LOAD_BALANCER, role


def check(rule: PolicyResource, _resources: Sequence[PolicyResource]) -> Iterator[str]:
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


PUBLIC_INGRESS_OWNER = stack_policy(
    name="public-ingress-owner",
    description="Only load balancers are open to the world (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    resource_types=STANDALONE_RULES,
    check=check,
)
