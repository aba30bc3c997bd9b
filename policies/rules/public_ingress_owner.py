"""Standalone rules open no group to the world but the load balancer's."""

from collections.abc import Iterator, Sequence

from pulumi_policy import PolicyResource, Severity

from evaluation.ingress import GROUPS, STANDALONE_RULES, ingress
from evaluation.mandatory import StackViolation, stack_policy
from evaluation.roles import LOAD_BALANCER, role


def check(resources: Sequence[PolicyResource]) -> Iterator[StackViolation]:
    """Reject a rule open to the world unless its group, in this stack, is the load balancer's."""
    for resource in resources:
        if resource.resource_type not in STANDALONE_RULES:
            continue
        if not any(
            permission.world for permission in ingress(resource.resource_type, resource.props)
        ):
            continue
        groups = [
            source
            for source in resource.property_dependencies.get("securityGroupId", [])
            if source.resource_type in GROUPS
        ]
        if [role(group.props) for group in groups] != [LOAD_BALANCER]:
            owner = groups[0].name if groups else "outside this stack"
            yield StackViolation(
                f"the rule opens a security group ({owner}) to the world whose Role is not "
                f"{LOAD_BALANCER}. Let the load balancer's group in instead.",
                resource.urn,
            )


PUBLIC_INGRESS_OWNER = stack_policy(
    name="public-ingress-owner",
    description="Only load balancers are open to the world (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    check=check,
)
