"""A destroy leaves nothing behind: not in the emulated account, and no process."""

import pytest

from offline import emulator
from tests.integration.clone import processes_of
from tests.integration.conftest import Platform
from tests.integration.holdings import LISTINGS, holdings


@pytest.fixture(scope="module")
def destroyed(platform: Platform) -> dict[str, list[str]]:
    """What the account held before the destroy."""
    before = holdings(platform.client)
    platform.engine.project_stack().destroy()
    return before


def test_the_platform_was_there_in_every_kind(destroyed: dict[str, list[str]]) -> None:
    # Otherwise an empty listing below would prove nothing.
    assert destroyed.keys() == {*LISTINGS, "keys"}


def test_a_destroy_leaves_nothing_in_the_account(
    platform: Platform, destroyed: dict[str, list[str]]
) -> None:
    assert holdings(platform.client) == {}


def test_a_destroy_leaves_no_process_but_the_emulator(
    platform: Platform, destroyed: dict[str, list[str]]
) -> None:
    workspace, running = platform.engine.workspace, platform.engine.emulator
    assert processes_of(workspace.base).keys() == {running.pid}
    emulator.stop(workspace)
    assert processes_of(workspace.base) == {}
