"""A standalone rule may open only the load balancer's group to the world."""

import pytest

from rules.public_ingress_owner import PUBLIC_INGRESS_OWNER
from tests.policies.evaluate import Resource, stack_violations
from tests.policies.factories import ingress_rule, security_group, security_group_rule


@pytest.mark.parametrize("rule", [ingress_rule(), security_group_rule()])
def test_a_rule_of_the_load_balancers_group_passes(rule: Resource) -> None:
    assert stack_violations(PUBLIC_INGRESS_OWNER, [security_group(), rule]) == []


def test_a_rule_for_known_networks_passes_in_any_group() -> None:
    rule = ingress_rule(cidrIpv4="10.0.0.0/16")
    assert stack_violations(PUBLIC_INGRESS_OWNER, [security_group(role="api"), rule]) == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (ingress_rule(), "0.0.0.0/0"),
        (ingress_rule(cidrIpv4=None, prefixListId="pl-1"), "a prefix list"),
        (security_group_rule(), "0.0.0.0/0, ::/0"),
    ],
)
@pytest.mark.parametrize("role", ["api", "database"])
def test_a_rule_of_any_other_group_is_rejected(rule: Resource, source: str, role: str) -> None:
    assert stack_violations(PUBLIC_INGRESS_OWNER, [security_group(role=role), rule]) == [
        (
            f"the rule opens a security group (group) to {source}; only one with Role "
            "load-balancer may be. Let the load balancer's group in instead.",
            rule.urn,
        )
    ]


def test_a_rule_of_a_group_outside_the_stack_is_rejected() -> None:
    rule = Resource(
        type=ingress_rule().type,
        properties={**ingress_rule().properties, "securityGroupId": "sg-1"},
    )
    assert stack_violations(PUBLIC_INGRESS_OWNER, [rule]) == [
        (
            "the rule opens a security group (outside this stack) to 0.0.0.0/0; only one with Role "
            "load-balancer may be. Let the load balancer's group in instead.",
            rule.urn,
        )
    ]
