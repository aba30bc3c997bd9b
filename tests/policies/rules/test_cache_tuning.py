"""Caches that evict otherwise than the guide says are rejected."""

import pytest

from rules.cache_tuning import CACHE_TUNING
from tests.policies.evaluate import violations
from tests.policies.factories import cache_parameters, with_properties


@pytest.mark.parametrize("family", ["redis7", "valkey8"])
def test_the_guides_policy_passes(family: str) -> None:
    group = with_properties(cache_parameters(), {"family": family})
    assert violations(CACHE_TUNING, group) == []


@pytest.mark.parametrize(("policy", "found"), [("noeviction", "noeviction"), (None, "not set")])
def test_another_policy_is_rejected(policy: object, found: str) -> None:
    for family in ("redis7", "valkey8"):
        group = with_properties(cache_parameters(policy), {"family": family})
        assert violations(CACHE_TUNING, group) == [
            f"maxmemory-policy is {found}; the guide's value is allkeys-lru "
            "(guide, Performance Tuning 2). Set it to allkeys-lru."
        ]


def test_other_caches_are_none_of_its_business() -> None:
    group = with_properties(cache_parameters("noeviction"), {"family": "memcached1.6"})
    assert violations(CACHE_TUNING, group) == []
