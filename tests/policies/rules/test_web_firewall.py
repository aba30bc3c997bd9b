"""Load balancers on the internet without a web firewall are rejected."""

from dataclasses import replace

import pytest

from rules.web_firewall import WEB_FIREWALL
from tests.policies.evaluate import UNKNOWN, stack_violations
from tests.policies.factories import load_balancer, web_acl_association, with_properties

OTHER = replace(load_balancer(), name="other")


def message(name: str = "balancer") -> str:
    return (
        f"load balancer {name} faces the internet and has no web ACL, so known attacks reach the "
        "servers. Add a WebAclAssociation for it."
    )


def test_a_load_balancer_with_a_web_acl_passes() -> None:
    assert stack_violations(WEB_FIREWALL, [load_balancer(), web_acl_association()]) == []


@pytest.mark.parametrize("internal", [False, None, UNKNOWN, 0.0])
@pytest.mark.parametrize("kind", ["application", None, UNKNOWN])
def test_one_without_is_rejected(internal: object, kind: object) -> None:
    balancer = load_balancer(internal=internal, loadBalancerType=kind)
    assert stack_violations(WEB_FIREWALL, [balancer]) == [(message(), balancer.urn)]


def test_the_other_name_of_the_type_is_rejected_as_well() -> None:
    balancer = replace(load_balancer(), type="aws:alb/loadBalancer:LoadBalancer")
    assert stack_violations(WEB_FIREWALL, [balancer]) == [(message(), balancer.urn)]


def test_one_that_only_the_network_reaches_needs_none() -> None:
    assert stack_violations(WEB_FIREWALL, [load_balancer(internal=True)]) == []


@pytest.mark.parametrize("kind", ["network", "gateway"])
def test_other_kinds_can_have_none(kind: str) -> None:
    assert stack_violations(WEB_FIREWALL, [load_balancer(loadBalancerType=kind)]) == []


def test_the_web_acl_of_another_load_balancer_is_none_of_this_one() -> None:
    assert stack_violations(WEB_FIREWALL, [load_balancer(), OTHER, web_acl_association()]) == [
        (message("other"), OTHER.urn)
    ]


def test_a_load_balancer_that_is_known_is_found_by_its_arn() -> None:
    known = load_balancer(arn="arn:one")
    named = replace(web_acl_association(), depends={}, properties={"resourceArn": "arn:one"})
    assert stack_violations(WEB_FIREWALL, [known, named]) == []
    elsewhere = with_properties(named, {"resourceArn": "arn:two"})
    assert stack_violations(WEB_FIREWALL, [known, elsewhere]) == [(message(), known.urn)]
