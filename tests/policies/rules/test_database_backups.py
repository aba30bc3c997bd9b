"""Databases that keep their backups too short are rejected."""

import pytest

from rules.database_backups import DATABASE_BACKUPS
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import database, replica


def message(found: str, least: int = 7) -> str:
    return (
        f"backupRetentionPeriod is {found}; backups are kept at least {least} days "
        f"(guide, Backup Procedures 1). Set it to {least} or more."
    )


def test_a_week_passes() -> None:
    assert violations(DATABASE_BACKUPS, database(backupRetentionPeriod=7.0)) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [
        (6.0, "6 days"),
        (0.0, "0 days"),
        (None, "not given as a number"),
        ("7", "not given as a number"),
        (True, "not given as a number"),
    ],
)
def test_less_is_rejected(days: object, found: str) -> None:
    assert violations(DATABASE_BACKUPS, database(backupRetentionPeriod=days)) == [message(found)]


def test_a_replica_leaves_backups_to_its_primary() -> None:
    assert violations(DATABASE_BACKUPS, replica()) == []
    assert violations(DATABASE_BACKUPS, replica(backupRetentionPeriod=1.0)) == [message("1 days")]


def test_an_environment_may_set_the_days() -> None:
    kept = database(backupRetentionPeriod=3.0)
    assert violations(DATABASE_BACKUPS, kept, {"days": 3.0}) == []
    assert violations(DATABASE_BACKUPS, kept, {"days": 4.0}) == [message("3 days", 4)]


def test_a_value_unknown_at_preview_is_rejected_unless_it_is_configured_to_be_reported() -> None:
    unknown = database(backupRetentionPeriod=UNKNOWN)
    (found,) = violations(DATABASE_BACKUPS, unknown)
    assert found.startswith("backupRetentionPeriod is not known yet at preview")
    assert violations(DATABASE_BACKUPS, unknown, {"onUnknown": "report"}) == []
