"""A destroy leaves nothing behind: not in the emulated account, and no process."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from offline import emulator
from tests.integration.clone import processes_of
from tests.integration.conftest import Platform
from tests.integration.engine import COPY_REGION, Engine
from tests.integration.holdings import LISTINGS, holdings, switches

NOT_BY_REGION = {"buckets", "roles", "instance profiles", "zones", "budgets"}


@dataclass(frozen=True)
class Account:
    """What an account holds."""

    here: dict[str, list[str]]
    """In the stack's region."""
    copies: dict[str, list[str]]
    """In the region of the copies."""
    switches: dict[str, Any]


def look(platform: Platform) -> Account:
    there = partial(platform.client, region=COPY_REGION)
    return Account(holdings(platform.client), holdings(there), switches(platform.client))


@pytest.fixture(scope="module")
def destroyed(platform: Platform) -> Account:
    """What the account held before the destroy."""
    before = look(platform)
    platform.engine.project_stack().destroy()
    return before


def test_the_platform_was_there_in_every_kind(destroyed: Account) -> None:
    # Otherwise an empty listing below would prove nothing.
    assert destroyed.here.keys() == {*LISTINGS, "keys"}


def test_the_other_region_held_copies_their_key_and_their_alarms_only(destroyed: Account) -> None:
    by_region = destroyed.copies.keys() - NOT_BY_REGION
    assert by_region == {
        "alarms",
        "aliases of keys",
        "automated backups",
        "keys",
        "subscriptions",
        "topics",
        # One of all regions is seen from each of them.
        "trails",
    }


def test_a_destroy_leaves_nothing_in_either_region(platform: Platform, destroyed: Account) -> None:
    after = look(platform)
    assert after.here == {}
    # What was copied of a database expires by itself: RDS keeps it for its days.
    assert after.copies == {"automated backups": destroyed.copies["automated backups"]}


def test_a_destroy_sets_the_accounts_switches_back(
    platform: Platform, engine: Engine, destroyed: Account
) -> None:
    untouched = switches(engine.client)
    assert all(destroyed.switches[name] != value for name, value in untouched.items())
    assert switches(platform.client) == untouched


def test_a_destroy_leaves_no_process_but_the_emulator(
    platform: Platform, destroyed: Account
) -> None:
    workspace, running = platform.engine.workspace, platform.engine.emulator
    assert processes_of(workspace.base).keys() == {running.pid}
    emulator.stop(workspace)
    assert processes_of(workspace.base) == {}
