"""A run that was killed, interrupted or doubled: the next `up` goes on by itself."""

import json
import os
import signal
import subprocess
from typing import Any

import pytest

from offline import emulator
from offline.emulator import Emulator
from tests.integration.clone import Clone, finish, processes_of, wait_until
from tests.integration.engine import client

SUCCEEDED, REFUSED, INTERRUPTED = 0, 1, 130

ENOUGH = 40
"""Resources in the state that show a run to be in its middle; the platform has 199."""


def begin(clone: Clone) -> tuple[subprocess.Popen[str], Emulator]:
    """An `up` in its middle, and the emulator that it works on."""
    process = clone.start("up")
    workspace = clone.workspace()
    wait_until(
        lambda: process.poll() is not None or workspace.resource_count() >= ENOUGH,
        f"the state has {ENOUGH} resources",
    )
    assert process.poll() is None
    running = emulator.find(workspace)
    assert running
    return process, running


def go_on(clone: Clone) -> str:
    """Run `up` to its end and check that the platform is whole; gives what it said."""
    done = clone.run("up")
    assert done.returncode == SUCCEEDED, done.stdout + done.stderr
    running = emulator.find(clone.workspace())
    assert running
    assert clone.workspace().pending_operations() == 0
    assert vpcs(running) == 1
    databases = client(running.endpoint, "rds").describe_db_instances()["DBInstances"]
    assert len(databases) == 2
    return done.stdout


def made_in(clone: Clone) -> set[tuple[str, str]]:
    """The resources in the state, and what AWS calls them."""
    checkpoint = json.loads(clone.workspace().checkpoint.read_text())["checkpoint"]
    resources = checkpoint["latest"]["resources"]
    return {(each["urn"], each["id"]) for each in resources if each.get("custom")}


def vpcs(running: Emulator) -> int:
    """How many VPCs there are: a second one would show that an earlier run was forgotten."""
    described: dict[str, Any] = client(running.endpoint, "ec2").describe_vpcs()
    return sum(not vpc["IsDefault"] for vpc in described["Vpcs"])


def test_a_killed_emulator(clone: Clone) -> None:
    process, running = begin(clone)

    os.kill(running.pid, signal.SIGKILL)
    done = finish(process)

    assert done.returncode == REFUSED
    assert (
        f"✗ The emulator (process {running.pid}) ended during `pulumi up`. Run the same command "
        "again: it starts a new one and rebuilds what was lost.\n"
    ) in done.stderr
    said = go_on(clone)
    assert "→ Starting emulated AWS\n" in said


def test_an_interrupted_up(clone: Clone) -> None:
    process, running = begin(clone)

    os.killpg(process.pid, signal.SIGINT)  # As Ctrl-C in a terminal does.
    done = finish(process)

    assert done.returncode == INTERRUPTED
    assert done.stderr.endswith(
        "Interrupted. Run the same command again: it goes on from here.\n"
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert processes_of(clone.root).keys() == {running.pid}
    made = made_in(clone)
    assert len(made) >= ENOUGH
    go_on(clone)
    assert emulator.find(clone.workspace()) == running
    assert made <= made_in(clone)


def test_a_killed_engine(clone: Clone) -> None:
    process, _ = begin(clone)

    os.kill(engine_pid(clone), signal.SIGKILL)
    done = finish(process)

    assert done.returncode == REFUSED
    assert clone.workspace().stale_locks()
    said = go_on(clone)
    assert "→ An earlier run was killed: releasing its lock\n" in said


def engine_pid(clone: Clone) -> int:
    """The process that holds the engine's lock on the stack."""
    (lock,) = (clone.workspace().state / ".pulumi" / "locks").rglob("*.json")
    return json.loads(lock.read_text())["pid"]


@pytest.mark.parametrize("command", ["up", "preview", "down"])
def test_a_second_command_at_the_same_time(clone: Clone, command: str) -> None:
    with clone.workspace().exclusive():
        done = clone.run(command)

    assert done.returncode == REFUSED
    assert done.stderr == (
        "✗ Another command is working on stack local in this folder. "
        "Wait until it ends, or stop it with Ctrl-C where it runs.\n"
    )
    assert processes_of(clone.root) == {}
