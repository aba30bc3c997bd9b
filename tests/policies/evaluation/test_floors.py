"""Floors measure what AWS states, and take nothing for granted."""

import pytest

from catalogue.instance_types import InstanceType
from evaluation.floors import (
    CACHE_SERVER,
    PRODUCTION_SERVER,
    compute_violations,
    volume_violations,
)
from evaluation.resource_types import INSTANCE

GOOD = InstanceType("m1.good", 4, 16384, 0, 1.0, "x86_64", True)


@pytest.mark.parametrize(
    ("short", "measured"),
    [
        (GOOD._replace(name="m1.bad", vcpu=3), "3 vCPU"),
        (GOOD._replace(name="m1.bad", memory_mib=16383), "16 GiB of memory"),
        (GOOD._replace(name="m1.bad", baseline_gbps=0.999), "0.999 Gbps of baseline bandwidth"),
        (
            GOOD._replace(name="m1.bad", baseline_gbps=None),
            "a baseline bandwidth that AWS does not state",
        ),
    ],
)
def test_one_missing_unit_is_below_the_floor(short: InstanceType, measured: str) -> None:
    types = {"m1.good": GOOD, "m1.bad": short}
    found = compute_violations("instanceType", "m1.bad", floor=PRODUCTION_SERVER, types=types)
    assert list(found) == [
        f"m1.bad has {measured}; a production server needs at least 4 vCPU, 16 GiB and 1 Gbps "
        "baseline (guide, Hardware Requirements 1). Use m1.good."
    ]


def test_a_type_exactly_on_the_floor_meets_it() -> None:
    found = compute_violations(
        "instanceType", "m1.good", floor=PRODUCTION_SERVER, types={"m1.good": GOOD}
    )
    assert list(found) == []


def test_the_advice_prefers_family_then_architecture_then_generation_then_size() -> None:
    types = {
        candidate.name: candidate
        for candidate in (
            InstanceType("r9.tiny", 1, 1024, 0, 0.1, "arm64", True),
            GOOD._replace(name="m5.small", architecture="arm64"),
            GOOD._replace(name="m4.small", architecture="arm64", current_generation=False),
            GOOD._replace(name="m6.small"),
            GOOD._replace(name="r9.large", architecture="arm64", vcpu=64),
        )
    }
    (message,) = compute_violations("instanceType", "r9.tiny", floor=PRODUCTION_SERVER, types=types)
    assert message.endswith("Use r9.large or m5.small.")


def test_a_disk_exactly_on_the_floor_meets_it_and_is_advised() -> None:
    exact = GOOD._replace(name="m1.disk", local_ssd_gb=CACHE_SERVER.ssd_gb)
    types = {"m1.disk": exact, "m1.less": exact._replace(name="m1.less", local_ssd_gb=49)}

    def found(name: str) -> list[str]:
        return list(
            compute_violations("nodeType", name, floor=CACHE_SERVER, types=types, local_ssd=True)
        )

    assert found("m1.disk") == []
    assert found("m1.less") == [
        "m1.less has 49 GB of local SSD; a cache server needs at least 50 GB of SSD "
        "(guide, Hardware Requirements 3). Use m1.disk."
    ]


def test_a_volume_without_a_size_holds_nothing() -> None:
    properties = {"rootBlockDevice": {"volumeType": "gp3"}}
    assert list(volume_violations(INSTANCE, properties, PRODUCTION_SERVER)) == [
        "the largest SSD volume holds 0 GB; a production server needs at least 100 GB of SSD "
        "(guide, Hardware Requirements 1). Set volumeSize to 100 or more and volumeType to gp3 "
        "on one volume."
    ]
