"""ElastiCache nodes that lose what they hold are rejected."""

import pytest

from rules.cache_durability import CACHE_DURABILITY, FLAGS
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import cache_nodes


@pytest.mark.parametrize("days", [1.0, 35.0])
def test_nodes_that_fail_over_and_have_snapshots_pass(days: float) -> None:
    assert violations(CACHE_DURABILITY, cache_nodes(snapshotRetentionLimit=days)) == []


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", [None, False, 0.0, "false"])
def test_nodes_without_failover_to_another_zone_are_rejected(flag: str, value: object) -> None:
    assert violations(CACHE_DURABILITY, cache_nodes(**{flag: value})) == [
        f"{flag} is not true, so what is cached can be lost with one node or zone. Set it to true."
    ]


@pytest.mark.parametrize("days", [None, 0.0, -1.0, "7", True])
def test_nodes_without_snapshots_are_rejected(days: object) -> None:
    assert violations(CACHE_DURABILITY, cache_nodes(snapshotRetentionLimit=days)) == [
        "snapshotRetentionLimit is not at least 1, so what is cached is lost with the nodes. Set "
        "it to the days that snapshots are kept."
    ]


@pytest.mark.parametrize("key", [*FLAGS, "snapshotRetentionLimit"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    (message,) = violations(CACHE_DURABILITY, cache_nodes(**{key: UNKNOWN}))
    assert message.startswith(f"{key} is not known yet at preview")
