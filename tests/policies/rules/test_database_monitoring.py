"""Databases that tell nothing of their operating system are rejected."""

import pytest

from rules.database_monitoring import DATABASE_MONITORING
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import database, replica


@pytest.mark.parametrize("seconds", [1.0, 60.0])
def test_a_database_that_is_monitored_passes(seconds: float) -> None:
    assert violations(DATABASE_MONITORING, database(monitoringInterval=seconds)) == []


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        (0.0, "0"),
        (-1.0, "-1"),
        (None, "not given as a number"),
        ("60", "not given as a number"),
        (True, "not given as a number"),
    ],
)
def test_one_that_is_not_is_rejected_and_so_is_a_replica(seconds: object, found: str) -> None:
    for one in (database(monitoringInterval=seconds), replica(monitoringInterval=seconds)):
        assert violations(DATABASE_MONITORING, one) == [
            f"monitoringInterval is {found}, so nobody sees which process takes the processor, "
            "the memory or the disk. Set it to 60 or less, with a monitoringRoleArn."
        ]


@pytest.mark.parametrize("role", [None, ""])
def test_monitoring_without_a_role_is_rejected(role: object) -> None:
    assert violations(DATABASE_MONITORING, database(monitoringRoleArn=role)) == [
        "monitoringRoleArn is not set, and RDS delivers no metrics without it. Set it to a role "
        "that monitoring.rds.amazonaws.com may take."
    ]


def test_a_role_that_is_made_by_the_same_stack_passes() -> None:
    assert violations(DATABASE_MONITORING, database(monitoringRoleArn=UNKNOWN)) == []


def test_an_interval_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(DATABASE_MONITORING, database(monitoringInterval=UNKNOWN))
    assert message.startswith("monitoringInterval is not known yet at preview")
