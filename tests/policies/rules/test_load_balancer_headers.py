"""Load balancers that pass malformed requests on are rejected, and can be remedied."""

import pytest

from rules.load_balancer_headers import LOAD_BALANCER_HEADERS
from tests.policies.evaluate import remedied, violations
from tests.policies.factories import load_balancer


@pytest.mark.parametrize("mode", [None, "defensive", "strictest"])
def test_a_balancer_that_drops_what_is_malformed_passes(mode: object) -> None:
    assert violations(LOAD_BALANCER_HEADERS, load_balancer(desyncMitigationMode=mode)) == []


@pytest.mark.parametrize("flag", [None, False, 0.0])
def test_invalid_headers_are_dropped(flag: object) -> None:
    for kind in ("application", None):
        balancer = load_balancer(dropInvalidHeaderFields=flag, loadBalancerType=kind)
        assert violations(LOAD_BALANCER_HEADERS, balancer) == [
            "dropInvalidHeaderFields is not true, so malformed headers reach the servers. "
            "Set it to true."
        ]


def test_ambiguous_requests_are_not_merely_watched() -> None:
    assert violations(LOAD_BALANCER_HEADERS, load_balancer(desyncMitigationMode="monitor")) == [
        "desyncMitigationMode is monitor, so requests that hide another one reach the servers. "
        "Set it to defensive."
    ]


def test_a_network_load_balancer_reads_no_headers() -> None:
    balancer = load_balancer(loadBalancerType="network", dropInvalidHeaderFields=None)
    assert violations(LOAD_BALANCER_HEADERS, balancer) == []
    assert remedied(LOAD_BALANCER_HEADERS, balancer) is None


def test_the_remedy_changes_what_is_wrong_and_nothing_else() -> None:
    loose = load_balancer(dropInvalidHeaderFields=False)
    assert remedied(LOAD_BALANCER_HEADERS, loose) == {
        **loose.properties,
        "dropInvalidHeaderFields": True,
    }
    watched = load_balancer(desyncMitigationMode="monitor")
    assert remedied(LOAD_BALANCER_HEADERS, watched) == {
        **watched.properties,
        "desyncMitigationMode": "defensive",
    }
    assert remedied(LOAD_BALANCER_HEADERS, load_balancer()) is None
