"""Databases of another kind or of an unsupported version are rejected."""

import pytest

from rules.database_version import DATABASE_VERSION
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import database, replica

NEEDED = "PostgreSQL 14 or newer is needed (guide, Software Requirements 2)"


@pytest.mark.parametrize("version", ["14", "14.1", "16.11", 15.0, "100"])
def test_a_supported_version_passes(version: object) -> None:
    assert violations(DATABASE_VERSION, database(engineVersion=version)) == []


@pytest.mark.parametrize("version", ["13.9", "9.6.24", 13.0, "13"])
def test_an_old_version_is_rejected(version: object) -> None:
    assert violations(DATABASE_VERSION, database(engineVersion=version)) == [
        f"engineVersion is {version}; {NEEDED}. Set it to a version such as 16.11."
    ]


@pytest.mark.parametrize(
    ("version", "found"),
    [(None, "not set"), ("", "not set"), ("latest", "latest"), ([], "not set")],
)
def test_a_version_that_is_left_open_is_rejected(version: object, found: str) -> None:
    assert violations(DATABASE_VERSION, database(engineVersion=version)) == [
        f"engineVersion is {found}; {NEEDED}. Set it to a version such as 16.11."
    ]


@pytest.mark.parametrize(
    ("engine", "found"), [("mysql", "mysql"), (None, "not set"), ("", "not set")]
)
def test_another_engine_is_rejected(engine: object, found: str) -> None:
    assert violations(DATABASE_VERSION, database(engine=engine)) == [
        f"engine is {found}; {NEEDED}. Set engine to postgres."
    ]


@pytest.mark.parametrize(
    "origin", ["replicateSourceDb", "snapshotIdentifier", "restoreToPointInTime"]
)
def test_what_is_made_from_a_database_has_its_engine_and_version(origin: str) -> None:
    copied = database(**{origin: UNKNOWN, "engine": None, "engineVersion": None})
    assert violations(DATABASE_VERSION, copied) == []


def test_what_a_replica_says_itself_counts() -> None:
    assert violations(DATABASE_VERSION, replica()) == []
    assert len(violations(DATABASE_VERSION, replica(engineVersion="13.1"))) == 1
    assert len(violations(DATABASE_VERSION, replica(engine="mysql"))) == 1


@pytest.mark.parametrize("key", ["engine", "engineVersion"])
def test_a_value_unknown_at_preview_is_rejected(key: str) -> None:
    (found,) = violations(DATABASE_VERSION, database(**{key: UNKNOWN}))
    assert found.startswith(f"{key} is not known yet at preview")
