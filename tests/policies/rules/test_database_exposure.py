"""Public databases are rejected."""

import pytest

from rules.database_exposure import DATABASE_EXPOSURE
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import database


@pytest.mark.parametrize("flag", [None, False])
def test_a_private_database_passes(flag: object) -> None:
    assert violations(DATABASE_EXPOSURE, database(publiclyAccessible=flag)) == []


@pytest.mark.parametrize("flag", [True, "true", 1.0, {}])
def test_a_database_that_is_not_plainly_private_is_rejected(flag: object) -> None:
    assert violations(DATABASE_EXPOSURE, database(publiclyAccessible=flag)) == [
        "publiclyAccessible is on; only the load balancer may be reached from the internet. "
        "Set it to false."
    ]


def test_a_flag_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(DATABASE_EXPOSURE, database(publiclyAccessible=UNKNOWN))
    assert message.startswith("publiclyAccessible is not known yet at preview")
