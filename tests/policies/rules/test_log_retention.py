"""Logs that are kept too short are rejected."""

import pytest

from rules.log_retention import LOG_RETENTION
from tests.policies.evaluate import violations
from tests.policies.factories import log_group


@pytest.mark.parametrize("days", [365.0, 400.0, 0.0, None])
def test_a_year_and_forever_pass(days: object) -> None:
    assert violations(LOG_RETENTION, log_group(retentionInDays=days)) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [(364.0, "364 days"), (1.0, "1 days"), ("365", "not given as a number")],
)
def test_less_is_rejected(days: object, found: str) -> None:
    assert violations(LOG_RETENTION, log_group(retentionInDays=days)) == [
        f"retentionInDays is {found}; logs are kept at least 365 days. Set it to 365."
    ]


def test_an_environment_may_set_the_days() -> None:
    assert violations(LOG_RETENTION, log_group(retentionInDays=30.0), {"days": 30.0}) == []
