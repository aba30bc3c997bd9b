"""Only the web ports of the load balancer are open to the world."""

from collections.abc import Iterator

from pulumi_policy import ResourceValidationArgs, Severity

from evaluation.ingress import GROUPS, STANDALONE_RULES, ingress
from evaluation.mandatory import resource_policy
from evaluation.roles import LOAD_BALANCER, role


def check(args: ResourceValidationArgs) -> Iterator[str]:
    """Reject ingress from the world, but for ports 80 and 443 of a load balancer's group.

    A standalone rule does not tell whose group it opens: `public-ingress-owner` looks that up.
    """
    for permission in ingress(args.resource_type, args.props):
        if not permission.world:
            continue
        source = ", ".join(str(network) for network in permission.world)
        if not permission.web_only:
            yield (
                f"{permission.opened} is open to {source}; the world may reach ports 80 and 443 "
                "only. Name the networks that need it, or reach the servers through Session "
                "Manager."
            )
        if args.resource_type in GROUPS and role(args.props) != LOAD_BALANCER:
            yield (
                f"a security group with Role {role(args.props) or 'not set'} is open to {source}; "
                f"only one with Role {LOAD_BALANCER} may be. Let the load balancer's group in "
                "instead."
            )


PUBLIC_INGRESS = resource_policy(
    name="public-ingress",
    description="Only ports 80 and 443 are open to the world (guide, Security Hardening 1).",
    severity=Severity.CRITICAL,
    resource_types=(*GROUPS, *STANDALONE_RULES),
    check=check,
)
