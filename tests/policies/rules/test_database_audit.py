"""Parameter groups that leave statements unaudited are rejected."""

import pytest

from rules.database_audit import DATABASE_AUDIT
from tests.policies.evaluate import violations
from tests.policies.factories import database_parameters, with_properties

NOT_LOADED = (
    "shared_preload_libraries does not load pgaudit, so nothing is audited "
    "(guide, Audit Logging 1). Add pgaudit to it."
)


def test_the_guides_audit_passes() -> None:
    assert violations(DATABASE_AUDIT, database_parameters()) == []


@pytest.mark.parametrize("libraries", ["pg_stat_statements, pgaudit", "pgaudit"])
def test_pgaudit_may_stand_anywhere(libraries: str) -> None:
    group = database_parameters(shared_preload_libraries=libraries)
    assert violations(DATABASE_AUDIT, group) == []


@pytest.mark.parametrize("libraries", [None, "", "pg_stat_statements", "pgauditlogtofile"])
def test_pgaudit_has_to_be_loaded(libraries: str | None) -> None:
    group = database_parameters(shared_preload_libraries=libraries)
    assert violations(DATABASE_AUDIT, group) == [NOT_LOADED]


@pytest.mark.parametrize(("value", "found"), [(None, "not set"), ("ddl", "ddl"), ("", "not set")])
def test_everything_is_audited(value: str | None, found: str) -> None:
    assert violations(DATABASE_AUDIT, database_parameters(**{"pgaudit.log": value})) == [
        f"pgaudit.log is {found}; everything is audited (guide, Audit Logging 1). Set it to all."
    ]


def test_the_case_of_all_does_not_matter() -> None:
    assert violations(DATABASE_AUDIT, database_parameters(**{"pgaudit.log": "ALL"})) == []


@pytest.mark.parametrize("value", [None, "0", "off"])
def test_relations_are_audited(value: str | None) -> None:
    assert violations(DATABASE_AUDIT, database_parameters(**{"pgaudit.log_relation": value})) == [
        "pgaudit.log_relation is not on, so a statement does not tell all tables that it touched "
        "(guide, Audit Logging 1). Set it to 1."
    ]


@pytest.mark.parametrize("value", ["on", "true", 1.0])
def test_on_has_several_names(value: object) -> None:
    assert violations(DATABASE_AUDIT, database_parameters(**{"pgaudit.log_relation": value})) == []


def test_groups_of_other_databases_are_none_of_its_business() -> None:
    other = with_properties(database_parameters(), {"family": "mysql8.0", "parameters": []})
    assert violations(DATABASE_AUDIT, other) == []
