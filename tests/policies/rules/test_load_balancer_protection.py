"""Load balancers that one mistake deletes are rejected."""

from dataclasses import replace

import pytest

from rules.load_balancer_protection import LOAD_BALANCER_PROTECTION
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import load_balancer

UNPROTECTED = (
    "enableDeletionProtection is not true, so one command deletes the load balancer and cuts "
    "everybody off. Set it to true."
)


@pytest.mark.parametrize("flag", [True, "true"])
def test_a_protected_load_balancer_passes(flag: object) -> None:
    balancer = load_balancer(enableDeletionProtection=flag)
    assert violations(LOAD_BALANCER_PROTECTION, balancer) == []


@pytest.mark.parametrize("flag", [None, False, 0.0, "no"])
def test_one_without_protection_is_rejected(flag: object) -> None:
    balancer = load_balancer(enableDeletionProtection=flag)
    assert violations(LOAD_BALANCER_PROTECTION, balancer) == [UNPROTECTED]


@pytest.mark.parametrize("kind", [None, "network", "gateway"])
def test_every_kind_is_asked(kind: object) -> None:
    balancer = load_balancer(enableDeletionProtection=False, loadBalancerType=kind)
    assert violations(LOAD_BALANCER_PROTECTION, balancer) == [UNPROTECTED]


def test_the_other_name_of_the_type_is_asked_as_well() -> None:
    balancer = replace(
        load_balancer(enableDeletionProtection=False), type="aws:alb/loadBalancer:LoadBalancer"
    )
    assert violations(LOAD_BALANCER_PROTECTION, balancer) == [UNPROTECTED]


def test_a_flag_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(
        LOAD_BALANCER_PROTECTION, load_balancer(enableDeletionProtection=UNKNOWN)
    )
    assert message.startswith("enableDeletionProtection is not known yet at preview")
