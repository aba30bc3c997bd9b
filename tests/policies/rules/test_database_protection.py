"""Databases that one mistake deletes are rejected."""

import pytest

from rules.database_protection import DATABASE_PROTECTION
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import database, replica

UNPROTECTED = "deletionProtection is not true, so one command deletes the database. Set it to true."


def test_a_protected_database_passes() -> None:
    assert violations(DATABASE_PROTECTION, database()) == []
    assert violations(DATABASE_PROTECTION, database(skipFinalSnapshot=False)) == []


@pytest.mark.parametrize("flag", [None, False, 0.0, "no"])
def test_a_database_without_protection_is_rejected(flag: object) -> None:
    for one in (database(deletionProtection=flag), replica(deletionProtection=flag)):
        assert violations(DATABASE_PROTECTION, one) == [UNPROTECTED]


@pytest.mark.parametrize("flag", [True, "true", 1.0])
def test_a_database_without_a_final_snapshot_is_rejected(flag: object) -> None:
    assert violations(DATABASE_PROTECTION, database(skipFinalSnapshot=flag)) == [
        "skipFinalSnapshot is on, so nothing is left of a deleted database. Set it to false, with "
        "a finalSnapshotIdentifier."
    ]


def test_the_final_snapshot_needs_a_name() -> None:
    assert violations(DATABASE_PROTECTION, database(finalSnapshotIdentifier=None)) == [
        "finalSnapshotIdentifier is not set, and RDS deletes no database without it. Set it to the "
        "name that the last snapshot will have."
    ]
    assert violations(DATABASE_PROTECTION, database(finalSnapshotIdentifier=UNKNOWN)) == []


def test_a_replica_leaves_no_snapshot() -> None:
    assert violations(DATABASE_PROTECTION, replica(skipFinalSnapshot=True)) == []
