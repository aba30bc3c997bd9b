"""`up` interrupted at ten random points ends in the same state as one that never was."""

import os
import random
import signal

from offline import emulator
from tests.integration import states
from tests.integration.clone import Clone, finish, wait_until
from tests.integration.conftest import Platform
from tests.integration.engine import client
from tests.integration.holdings import holdings

POINTS = 10
SEED = 20
"""Fixed, so that a failure can be seen again; any other must do as well."""

LAST = 10
"""Resources that are left to make at the last point."""


def test_ten_interruptions_change_nothing_about_the_end(platform: Platform, clone: Clone) -> None:
    uninterrupted = platform.engine.workspace.checkpoint
    whole = platform.engine.workspace.resource_count()
    points = sorted(random.Random(SEED).sample(range(1, whole - LAST), POINTS))  # noqa: S311

    interrupted = [interrupt(clone, until=point) for point in points]

    assert interrupted == [True] * POINTS
    done = clone.run("up")
    assert done.returncode == 0, done.stdout + done.stderr
    workspace = clone.workspace()
    assert workspace.pending_operations() == 0
    assert states.resources(workspace.checkpoint, uninterrupted) == states.resources(
        uninterrupted, workspace.checkpoint
    )
    running = emulator.find(workspace)
    assert running
    held = holdings(lambda service: client(running.endpoint, service))
    expected = holdings(platform.client)
    assert {kind: len(items) for kind, items in held.items()} == {
        kind: len(items) for kind, items in expected.items()
    }


def interrupt(clone: Clone, *, until: int) -> bool:
    """Run `up` and press Ctrl-C once the state has so many resources; gives whether it was hit."""
    process = clone.start("up")
    workspace = clone.workspace()
    wait_until(
        lambda: process.poll() is not None or workspace.resource_count() >= until,
        f"the state has {until} resources",
    )
    os.killpg(process.pid, signal.SIGINT)
    return finish(process).returncode != 0
