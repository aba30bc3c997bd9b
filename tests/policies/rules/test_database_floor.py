"""RDS instances below the database floor are rejected, replicas included."""

from collections.abc import Callable, Mapping

import pytest

from rules.database_floor import DATABASE_FLOOR
from tests.policies.evaluate import CATALOGUE, UNKNOWN, Resource, violations
from tests.policies.factories import database, replica

NEEDS = (
    "a database server needs at least 8 vCPU, 32 GiB and 1 Gbps baseline "
    "(guide, Hardware Requirements 2)"
)
NEEDS_SSD = "a database server needs at least 500 GB of SSD (guide, Hardware Requirements 2)"
NOT_KNOWN = (
    "is not known yet at preview, so this rule cannot be checked. Give it a value that is known "
    "before the deployment, such as one from the stack's configuration."
)


def too_small(size: str) -> str:
    return f"allocatedStorage is {size}; {NEEDS_SSD}. Set allocatedStorage to 500 or more."


def not_ssd(kind: str) -> str:
    return f"storageType is {kind}; {NEEDS_SSD}. Set storageType to gp3."


@pytest.mark.parametrize("resource", [database(), replica()])
def test_databases_on_the_floor_pass(resource: Resource) -> None:
    assert violations(DATABASE_FLOOR, resource) == []


@pytest.mark.parametrize("make", [database, replica])
@pytest.mark.parametrize(
    ("instance_class", "message"),
    [
        (
            "db.t3.medium",
            "db.t3.medium has 2 vCPU, 4 GiB of memory and 0.256 Gbps of baseline bandwidth; "
            f"{NEEDS}. Use db.t3.2xlarge or db.m7i.2xlarge.",
        ),
        (
            "db.m6i.xlarge",
            f"db.m6i.xlarge has 4 vCPU and 16 GiB of memory; {NEEDS}. "
            "Use db.m6i.2xlarge or db.m6i.4xlarge.",
        ),
        (
            "db.x2g.xlarge",
            f"db.x2g.xlarge has 4 vCPU; {NEEDS}. Use db.x2g.2xlarge or db.x2g.4xlarge.",
        ),
    ],
)
def test_a_class_that_is_too_small_is_rejected(
    make: Callable[..., Resource], instance_class: str, message: str
) -> None:
    assert violations(DATABASE_FLOOR, make(instanceClass=instance_class)) == [message]


@pytest.mark.parametrize(
    ("instance_class", "reason"),
    [
        ("m6i.2xlarge", f"m6i.2xlarge is not in {CATALOGUE}"),
        ("db.serverless", f"db.serverless is not in {CATALOGUE}"),
        (None, "instanceClass names no type"),
        (0.0, "instanceClass names no type"),
        (UNKNOWN, f"instanceClass {NOT_KNOWN}"),
    ],
)
def test_a_class_whose_hardware_is_unknown_is_rejected(instance_class: object, reason: str) -> None:
    (message,) = violations(DATABASE_FLOOR, database(instanceClass=instance_class))
    assert message.startswith(reason)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"allocatedStorage": 499.0}, too_small("499 GB")),
        ({"allocatedStorage": 0.0}, too_small("0 GB")),
        ({"allocatedStorage": None}, too_small("not given as a number")),
        ({"allocatedStorage": "500"}, too_small("not given as a number")),
        ({"allocatedStorage": UNKNOWN}, f"allocatedStorage {NOT_KNOWN}"),
        ({"storageType": "standard"}, not_ssd("standard")),
        ({"storageType": None}, not_ssd("not set")),
        ({"storageType": 1.0}, not_ssd("1.0")),
        ({"storageType": UNKNOWN}, f"storageType {NOT_KNOWN}"),
    ],
)
def test_storage_that_is_too_small_or_magnetic_is_rejected(
    change: Mapping[str, object], message: str
) -> None:
    assert violations(DATABASE_FLOOR, database(**change)) == [message]


def test_storage_that_a_replica_does_name_is_held_to_the_floor() -> None:
    assert violations(DATABASE_FLOOR, replica(allocatedStorage=100.0)) == [too_small("100 GB")]
    assert violations(DATABASE_FLOOR, replica(storageType="standard")) == [not_ssd("standard")]


@pytest.mark.parametrize("source", [None, ""])
def test_an_instance_without_a_source_inherits_no_storage(source: object) -> None:
    assert violations(DATABASE_FLOOR, replica(replicateSourceDb=source)) == [
        too_small("not given as a number"),
        not_ssd("not set"),
    ]


def test_a_snapshot_does_not_vouch_for_the_storage() -> None:
    restored = database(allocatedStorage=None, snapshotIdentifier="nightly")
    assert violations(DATABASE_FLOOR, restored) == [too_small("not given as a number")]
