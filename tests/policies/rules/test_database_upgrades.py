"""Databases that take no minor versions are rejected."""

import pytest

from rules.database_upgrades import DATABASE_UPGRADES
from tests.policies.evaluate import violations
from tests.policies.factories import database


@pytest.mark.parametrize("flag", [None, True, "true"])
def test_automatic_upgrades_pass_and_are_the_default(flag: object) -> None:
    assert violations(DATABASE_UPGRADES, database(autoMinorVersionUpgrade=flag)) == []


@pytest.mark.parametrize("flag", [False, 0.0, "no"])
def test_upgrades_that_are_off_are_rejected(flag: object) -> None:
    assert violations(DATABASE_UPGRADES, database(autoMinorVersionUpgrade=flag)) == [
        "autoMinorVersionUpgrade is off, so known faults stay until somebody upgrades. "
        "Set it to true."
    ]
