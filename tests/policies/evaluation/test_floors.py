"""Floors measure what AWS states, and take nothing for granted."""

import pytest

from catalogue.instance_types import InstanceType
from evaluation.floors import PRODUCTION_SERVER, compute_violations

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
