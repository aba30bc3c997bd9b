"""Load balancers without access logs are rejected."""

import pytest

from rules.load_balancer_logs import LOAD_BALANCER_LOGS
from tests.policies.evaluate import violations
from tests.policies.factories import load_balancer


def test_access_logs_pass() -> None:
    assert violations(LOAD_BALANCER_LOGS, load_balancer()) == []


@pytest.mark.parametrize("logs", [None, {}, {"enabled": False}, {"bucket": "logs"}, "enabled"])
def test_a_balancer_without_access_logs_is_rejected(logs: object) -> None:
    assert violations(LOAD_BALANCER_LOGS, load_balancer(accessLogs=logs)) == [
        "accessLogs.enabled is not true, so nobody can tell afterwards who asked for what. "
        "Set accessLogs to a bucket, with enabled true."
    ]
