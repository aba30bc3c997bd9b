"""Limits that leave a container less than its role needs are rejected."""

import pytest

from rules.container_floor import CONTAINER_FLOOR, FREE_ROLES
from tests.policies.evaluate import UNKNOWN, Resource, violations
from tests.policies.factories import container, with_properties

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
def test_a_container_without_a_known_role_has_a_production_servers_floor(labels: object) -> None:
    assert violations(CONTAINER_FLOOR, container(labels=labels)) == []
    assert violations(CONTAINER_FLOOR, container(labels=labels, memory=64.0)) == [
        f"memory limits the container to 64 MiB; {NEEDS}. Raise it to 16384, or remove it."
    ]


@pytest.mark.parametrize("role", FREE_ROLES)
def test_a_role_that_the_guide_sets_no_minimum_for_has_no_floor(role: str) -> None:
    assert violations(CONTAINER_FLOOR, container(labels=labelled(role), memory=64.0)) == []
    small = service(labelled(role), nanoCpus=1e9)
    assert violations(CONTAINER_FLOOR, small) == []


def service(labels: object = None, **limits: object) -> Resource:
    """A service of a swarm whose containers have these labels and limits."""
    task = {"containerSpec": {"image": "api", "labels": labels}, "resources": {"limits": limits}}
    return Resource(type="docker:index/service:Service", properties={"taskSpec": task})


@pytest.mark.parametrize(
    "limits", [{}, {"nanoCpus": 0.0, "memoryBytes": 0.0}, {"nanoCpus": 4e9, "memoryBytes": 2.0**34}]
)
def test_limits_of_a_service_on_the_floor_and_none_pass(limits: dict[str, object]) -> None:
    assert violations(CONTAINER_FLOOR, service(labelled("api"), **limits)) == []


@pytest.mark.parametrize(("value", "told"), [(1.5e9, "1.5"), (3.9e9, "3.9"), ("many", "0")])
def test_too_few_processors_of_a_service_are_rejected(value: object, told: str) -> None:
    for labels in (labelled("api"), labelled("exporter"), None):
        assert violations(CONTAINER_FLOOR, service(labels, nanoCpus=value)) == [
            f"taskSpec.resources.limits.nanoCpus limits the container to {told} processors; "
            f"{NEEDS}. Raise it to 4000000000, or remove it."
        ]


@pytest.mark.parametrize(
    ("value", "told"),
    [(2.0**29, "512 MiB"), (2.0**34 - 2**20, "16383 MiB"), ("much", "what is no number")],
)
def test_too_little_memory_of_a_service_is_rejected(value: object, told: str) -> None:
    assert violations(CONTAINER_FLOOR, service(labelled("api"), memoryBytes=value)) == [
        f"taskSpec.resources.limits.memoryBytes limits the container to {told}; {NEEDS}. "
        "Raise it to 17179869184, or remove it."
    ]


def test_the_label_of_the_service_stands_for_its_containers() -> None:
    limited = service(nanoCpus=1e9)
    database = with_properties(limited, {"labels": labelled("database")})
    (message,) = violations(CONTAINER_FLOOR, database)
    assert "a database server needs at least 8 vCPU" in message
    monitoring = with_properties(limited, {"labels": labelled("monitoring")})
    assert violations(CONTAINER_FLOOR, monitoring) == []


@pytest.mark.parametrize("key", ["memory", "cpus", "labels"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    (found,) = violations(CONTAINER_FLOOR, container(**{key: UNKNOWN}))
    assert found.startswith(f"{key} is not known yet at preview")
