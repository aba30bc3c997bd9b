"""ElastiCache nodes below the cache floor are rejected."""

import pytest

from rules.cache_floor import CACHE_FLOOR
from tests.policies.evaluate import CATALOGUE, UNKNOWN, violations
from tests.policies.factories import cache_nodes

SECTION = "(guide, Hardware Requirements 3)"
NEEDS = f"a cache server needs at least 4 vCPU, 16 GiB and 1 Gbps baseline {SECTION}"
NEEDS_SSD = f"a cache server needs at least 50 GB of SSD {SECTION}"
ADVICE = "Use cache.r6gd.xlarge or cache.r6gd.2xlarge."


def test_nodes_on_the_floor_pass() -> None:
    assert violations(CACHE_FLOOR, cache_nodes()) == []


def test_a_node_is_measured_by_the_memory_it_leaves_to_redis() -> None:
    # m6g.xlarge has 16 GiB on EC2.
    assert violations(CACHE_FLOOR, cache_nodes(nodeType="cache.m6g.xlarge")) == [
        f"cache.m6g.xlarge has 12.94 GiB of memory; {NEEDS}. {ADVICE}",
        f"cache.m6g.xlarge has 0 GB of local SSD; {NEEDS_SSD}. {ADVICE}",
    ]


def test_a_node_without_an_ssd_is_rejected() -> None:
    assert violations(CACHE_FLOOR, cache_nodes(nodeType="cache.r6g.xlarge")) == [
        f"cache.r6g.xlarge has 0 GB of local SSD; {NEEDS_SSD}. {ADVICE}"
    ]


@pytest.mark.parametrize("node_type", [None, "", 0.0, {}])
def test_a_missing_node_type_is_rejected(node_type: object) -> None:
    assert violations(CACHE_FLOOR, cache_nodes(nodeType=node_type)) == [
        f"nodeType names no type, so the hardware is unknown; {NEEDS}. {ADVICE}"
    ]


def test_a_node_type_outside_the_catalogue_is_rejected() -> None:
    assert violations(CACHE_FLOOR, cache_nodes(nodeType="cache.m1.small")) == [
        f"cache.m1.small is not in {CATALOGUE}, so its hardware is unknown; {NEEDS}. {ADVICE}"
    ]


@pytest.mark.parametrize("flag", [None, False, 0.0, "yes"])
def test_an_ssd_that_is_not_used_does_not_count(flag: object) -> None:
    assert violations(CACHE_FLOOR, cache_nodes(dataTieringEnabled=flag)) == [
        f"dataTieringEnabled is not true, so the nodes use no SSD; {NEEDS_SSD}. "
        "Set dataTieringEnabled to true."
    ]


@pytest.mark.parametrize("key", ["nodeType", "dataTieringEnabled"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    assert violations(CACHE_FLOOR, cache_nodes(**{key: UNKNOWN})) == [
        f"{key} is not known yet at preview, so this rule cannot be checked. Give it a value that "
        "is known before the deployment, such as one from the stack's configuration."
    ]
