"""Load balancers that the internet reaches stand behind a web firewall."""

from collections.abc import Iterator

from evaluation.levels import Severity
from evaluation.properties import is_true, known_at
from evaluation.references import guide, pci
from evaluation.resource_types import LOAD_BALANCERS
from evaluation.resources import Resource, Stack
from evaluation.rule import Example, StackRule

ASSOCIATIONS = ("aws:wafv2/webAclAssociation:WebAclAssociation",)


def check(balancer: Resource, stack: Stack) -> Iterator[str]:
    """Reject an application load balancer, unless it is internal, without a web ACL.

    What is not said, or not known yet, counts as the default: an application's, on the internet.
    """
    if known_at(balancer.props, "loadBalancerType") not in (None, "application"):
        return
    if is_true(known_at(balancer.props, "internal")):
        return
    if not stack.attached(balancer, ASSOCIATIONS, "resourceArn", "arn"):
        yield (
            f"load balancer {balancer.name} faces the internet and has no web ACL, so known "
            "attacks reach the servers. Add a WebAclAssociation for it."
        )


WEB_FIREWALL = StackRule(
    name="web-firewall",
    title="Load balancers that face the internet have a web firewall",
    why="Attacks on web applications come in through the ports that have to be open.",
    severity=Severity.MEDIUM,
    references=(guide("Security Hardening"), pci("6.4.2")),
    fix="Add a WebAclAssociation whose resourceArn is the load balancer's.",
    example=Example(
        violates="a LoadBalancer alone", complies="a LoadBalancer and its WebAclAssociation"
    ),
    resource_types=LOAD_BALANCERS,
    beside=ASSOCIATIONS,
    check=check,
)
