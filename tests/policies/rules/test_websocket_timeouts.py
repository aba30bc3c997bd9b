"""Timeouts that cut websockets are rejected."""

import pytest

from rules.websocket_timeouts import WEBSOCKET_TIMEOUTS
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import load_balancer, target_group


def idle(found: str, least: int = 300) -> str:
    return f"idleTimeout is {found}; websockets need at least {least} seconds. Set it to {least}."


def drain(found: str, least: int = 300) -> str:
    return (
        f"deregistrationDelay is {found}; clients of websockets need at least {least} seconds to "
        f"go elsewhere. Set it to {least}."
    )


def test_five_minutes_pass() -> None:
    assert violations(WEBSOCKET_TIMEOUTS, load_balancer()) == []
    assert violations(WEBSOCKET_TIMEOUTS, target_group()) == []


@pytest.mark.parametrize(
    ("seconds", "found"),
    [(299.0, "299"), (0.0, "0"), (None, "not set, and AWS's default is 60")],
)
def test_a_balancer_that_cuts_quiet_websockets_is_rejected(seconds: object, found: str) -> None:
    for kind in ("application", None):
        balancer = load_balancer(idleTimeout=seconds, loadBalancerType=kind)
        assert violations(WEBSOCKET_TIMEOUTS, balancer) == [idle(found)]


def test_a_network_load_balancer_has_no_such_timeout() -> None:
    balancer = load_balancer(loadBalancerType="network", idleTimeout=None)
    assert violations(WEBSOCKET_TIMEOUTS, balancer) == []


@pytest.mark.parametrize(
    ("seconds", "found"), [(299.0, "299"), (0.0, "0"), ("300", "not given as a number")]
)
def test_websocket_targets_that_do_not_drain_are_rejected(seconds: object, found: str) -> None:
    assert violations(WEBSOCKET_TIMEOUTS, target_group(deregistrationDelay=seconds)) == [
        drain(found)
    ]


def test_the_default_drain_is_long_enough() -> None:
    assert violations(WEBSOCKET_TIMEOUTS, target_group(deregistrationDelay=None)) == []


def test_other_targets_may_drain_faster() -> None:
    assert violations(WEBSOCKET_TIMEOUTS, target_group(port=8080.0, deregistrationDelay=30.0)) == []


def test_an_environment_may_set_both() -> None:
    settings = {"idleSeconds": 600.0, "drainSeconds": 100.0}
    assert violations(WEBSOCKET_TIMEOUTS, load_balancer(), settings) == [idle("300", 600)]
    draining = target_group(deregistrationDelay=100.0)
    assert violations(WEBSOCKET_TIMEOUTS, draining, settings) == []


def test_a_value_unknown_at_preview_is_rejected() -> None:
    (found,) = violations(WEBSOCKET_TIMEOUTS, load_balancer(idleTimeout=UNKNOWN))
    assert found.startswith("idleTimeout is not known yet at preview")
