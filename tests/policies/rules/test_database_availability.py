"""Databases without a standby are rejected."""

import pytest

from rules.database_availability import DATABASE_AVAILABILITY
from tests.policies.evaluate import violations
from tests.policies.factories import database, replica


def test_a_standby_passes() -> None:
    assert violations(DATABASE_AVAILABILITY, database()) == []


@pytest.mark.parametrize("flag", [None, False, 0.0, "yes"])
def test_a_database_in_one_zone_is_rejected(flag: object) -> None:
    assert violations(DATABASE_AVAILABILITY, database(multiAz=flag)) == [
        "multiAz is not true, so the loss of a zone stops the database. Set it to true."
    ]


def test_a_replica_needs_none() -> None:
    assert violations(DATABASE_AVAILABILITY, replica(multiAz=False)) == []
