"""Limits that leave a container less than its role needs are rejected."""

import pytest

from rules.container_floor import CONTAINER_FLOOR
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import container

NEEDS = "a production server needs at least 4 vCPU and 16 GiB (guide, Hardware Requirements 1)"


def labelled(role: str) -> list[dict[str, str]]:
    return [{"label": "other", "value": "api"}, {"label": "Role", "value": role}]


def test_limits_on_the_floor_and_no_limits_pass() -> None:
    assert violations(CONTAINER_FLOOR, container()) == []
    assert violations(CONTAINER_FLOOR, container(memory=None, cpus=None)) == []


@pytest.mark.parametrize("none", [0.0, None])
def test_zero_is_dockers_own_way_to_set_no_memory_limit(none: object) -> None:
    assert violations(CONTAINER_FLOOR, container(memory=none)) == []


@pytest.mark.parametrize(
    ("memory", "limit"),
    [
        (16383.0, "16383 MiB"),
        (1.0, "1 MiB"),
        ("16384", "what is no number"),
        ([], "what is no number"),
    ],
)
def test_too_little_memory_is_rejected(memory: object, limit: str) -> None:
    assert violations(CONTAINER_FLOOR, container(memory=memory)) == [
        f"memory limits the container to {limit}; {NEEDS}. Raise it to 16384, or remove it."
    ]


@pytest.mark.parametrize(
    ("changes", "path", "processors"),
    [
        ({"cpus": "3.5"}, "cpus", "3.5"),
        ({"cpus": 2.0}, "cpus", "2"),
        ({"cpus": "many"}, "cpus", "0"),
        ({"cpuQuota": 399999.0}, "cpuQuota", "3.99999"),
        ({"cpuQuota": 100000.0, "cpuPeriod": 50000.0}, "cpuQuota", "2"),
        ({"cpuSet": "0-2"}, "cpuSet", "3"),
        ({"cpuSet": "0,2,2,5"}, "cpuSet", "3"),
        ({"cpuSet": "all"}, "cpuSet", "0"),
        ({"cpuSet": 4.0}, "cpuSet", "0"),
    ],
)
def test_too_few_processors_are_rejected(
    changes: dict[str, object], path: str, processors: str
) -> None:
    assert violations(CONTAINER_FLOOR, container(**{"cpus": None, **changes})) == [
        f"{path} limits the container to {processors} processors; {NEEDS}. "
        "Raise it to 4, or remove it."
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"cpus": "4"},
        {"cpus": ""},
        {"cpus": 0.0},
        {"cpuQuota": 400000.0},
        {"cpuQuota": 0.0},
        {"cpuQuota": 200000.0, "cpuPeriod": 50000.0},
        {"cpuSet": "0-3"},
        {"cpuSet": "0,1,4-5"},
        {"cpuSet": ""},
    ],
)
def test_enough_processors_pass(changes: dict[str, object]) -> None:
    assert violations(CONTAINER_FLOOR, container(**{"cpus": None, **changes})) == []


def test_the_label_chooses_the_floor() -> None:
    assert violations(CONTAINER_FLOOR, container(labels=labelled("database"), cpus="8")) == [
        "memory limits the container to 16384 MiB; a database server needs at least 8 vCPU and "
        "32 GiB (guide, Hardware Requirements 2). Raise it to 32768, or remove it."
    ]
    assert violations(CONTAINER_FLOOR, container(labels=labelled("cache"))) == []
    assert violations(CONTAINER_FLOOR, container(labels=labelled("websocket"), cpus="1")) != []


@pytest.mark.parametrize("labels", [None, [], labelled("exporter"), [{"label": "Role"}], "Role"])
def test_a_container_without_a_known_role_has_no_floor(labels: object) -> None:
    assert violations(CONTAINER_FLOOR, container(labels=labels, memory=64.0)) == []


@pytest.mark.parametrize("key", ["memory", "cpus", "labels"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    (found,) = violations(CONTAINER_FLOOR, container(**{key: UNKNOWN}))
    assert found.startswith(f"{key} is not known yet at preview")
