"""Parameter groups that let clients do without TLS are rejected."""

import pytest

from rules.database_transport import DATABASE_TRANSPORT
from tests.policies.evaluate import violations
from tests.policies.factories import database_parameters, with_properties


def test_forced_tls_passes() -> None:
    assert violations(DATABASE_TRANSPORT, database_parameters()) == []
    assert violations(DATABASE_TRANSPORT, database_parameters(**{"rds.force_ssl": 1.0})) == []


@pytest.mark.parametrize(("value", "found"), [(None, "not set"), ("0", "0"), (0.0, "0")])
def test_tls_that_is_not_forced_is_rejected(value: object, found: str) -> None:
    assert violations(DATABASE_TRANSPORT, database_parameters(**{"rds.force_ssl": value})) == [
        f"rds.force_ssl is {found}, so clients may connect in plain text. Set it to 1."
    ]


def test_groups_of_other_databases_are_none_of_its_business() -> None:
    other = with_properties(database_parameters(), {"family": "mysql8.0", "parameters": []})
    assert violations(DATABASE_TRANSPORT, other) == []
