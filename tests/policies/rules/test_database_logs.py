"""Databases that keep their logs to themselves are rejected."""

import pytest

from rules.database_logs import DATABASE_LOGS
from tests.policies.evaluate import violations
from tests.policies.factories import database


def message(missing: str) -> str:
    return (
        f"enabledCloudwatchLogsExports lacks {missing}, so these logs are kept on the instance for "
        "some days only. Add what is missing."
    )


def test_both_logs_pass_and_more_may_be_exported() -> None:
    assert violations(DATABASE_LOGS, database()) == []
    more = ["upgrade", "iam-db-auth-error", "postgresql"]
    assert violations(DATABASE_LOGS, database(enabledCloudwatchLogsExports=more)) == []


@pytest.mark.parametrize(
    ("exports", "missing"),
    [
        (None, "postgresql and upgrade"),
        ([], "postgresql and upgrade"),
        (["postgresql"], "upgrade"),
        (["upgrade"], "postgresql"),
    ],
)
def test_a_log_that_is_not_exported_is_rejected(exports: object, missing: str) -> None:
    assert violations(DATABASE_LOGS, database(enabledCloudwatchLogsExports=exports)) == [
        message(missing)
    ]


def test_an_environment_may_set_the_logs() -> None:
    exported = database(enabledCloudwatchLogsExports=["postgresql"])
    assert violations(DATABASE_LOGS, exported, {"logs": ["postgresql"]}) == []
