"""Parameters of PostgreSQL that are not the guide's are rejected."""

import pytest

from evaluation.run import Run
from rules.database_tuning import DATABASE_TUNING, TUNING
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import (
    POSTGRESQL,
    database_parameters,
    with_properties,
)

GUIDE = {
    "max_connections": ("200", "200"),
    "shared_buffers": ("4GB", "524288, in pages of 8 kB"),
    "effective_cache_size": ("12GB", "1572864, in pages of 8 kB"),
    "maintenance_work_mem": ("1GB", "1048576, in kB"),
    "checkpoint_completion_target": ("0.9", "0.9"),
    "wal_buffers": ("16MB", "2048, in pages of 8 kB"),
    "default_statistics_target": ("100", "100"),
    "random_page_cost": ("1.1", "1.1"),
    "effective_io_concurrency": ("200", "200"),
    "work_mem": ("6553kB", "6553, in kB"),
    "min_wal_size": ("1GB", "1024, in MB"),
    "max_wal_size": ("4GB", "4096, in MB"),
}


def message(name: str, found: str) -> str:
    value, setting = GUIDE[name]
    return (
        f"{name} is {found}; the guide's value is {value} (guide, Performance Tuning 1). "
        f"Set it to {setting}."
    )


def test_the_guides_values_pass() -> None:
    assert set(GUIDE) == set(TUNING)
    assert violations(DATABASE_TUNING, database_parameters()) == []


@pytest.mark.parametrize("name", GUIDE)
def test_each_of_the_twelve_values_is_asked_for(name: str) -> None:
    assert violations(DATABASE_TUNING, database_parameters(**{name: None})) == [
        message(name, "not set")
    ]


@pytest.mark.parametrize("name", GUIDE)
def test_each_value_may_lie_a_tenth_from_the_guides_and_no_further(name: str) -> None:
    wanted = float(POSTGRESQL[name])
    for near in (wanted * 0.91, wanted * 1.09):
        assert violations(DATABASE_TUNING, database_parameters(**{name: f"{near:.10g}"})) == []
    for far in (wanted * 0.89, wanted * 1.11):
        assert violations(DATABASE_TUNING, database_parameters(**{name: f"{far:.10g}"})) == [
            message(name, f"{far:.10g}")
        ]


def test_a_number_is_as_good_as_its_text() -> None:
    assert violations(DATABASE_TUNING, database_parameters(shared_buffers=524288.0)) == []


@pytest.mark.parametrize("value", ["{DBInstanceClassMemory/32768}", "4GB", "nan", "inf"])
def test_what_is_no_number_is_rejected(value: str) -> None:
    assert violations(DATABASE_TUNING, database_parameters(shared_buffers=value)) == [
        message("shared_buffers", value)
    ]


def test_an_environment_may_set_the_tolerance() -> None:
    doubled = database_parameters(work_mem="13106")
    assert violations(DATABASE_TUNING, doubled, {"tolerancePercent": 100.0}) == []
    exact = database_parameters(work_mem="6554")
    assert len(violations(DATABASE_TUNING, exact, {"tolerancePercent": 0.0})) == 1


@pytest.mark.parametrize("family", ["mysql8.0", None, 16.0])
def test_groups_of_other_databases_are_none_of_its_business(family: object) -> None:
    other = with_properties(database_parameters(), {"family": family, "parameters": []})
    assert violations(DATABASE_TUNING, other) == []


def test_a_value_unknown_at_preview_is_reported() -> None:
    run = Run()
    assert violations(DATABASE_TUNING, database_parameters(work_mem=UNKNOWN), run=run) == []
    assert len(list(run.unchecked)) == 1
