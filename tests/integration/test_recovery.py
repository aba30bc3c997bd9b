"""A run that was killed, interrupted or doubled: the next `up` goes on by itself."""

import json
import os
import signal
import subprocess

import pytest

from offline import emulator
from offline.emulator import Emulator
from tests.integration.clone import Clone, finish, processes_of, wait_until
from tests.integration.engine import client

SUCCEEDED, REFUSED, INTERRUPTED = 0, 1, 130

LENGTH = 40

CHAIN = f"""
import pulumi
import pulumi_aws as aws
from pulumi_aws import sns

provider = aws.Provider("aws", region="eu-central-1")
previous = provider
tags = dict(
    Project="messaging-app", Environment="local", Role="audit", Owner="platform", ManagedBy="pulumi"
)
for number in range({LENGTH}):
    opts = pulumi.ResourceOptions(provider=provider, depends_on=[previous])
    previous = sns.Topic(
        f"topic-{{number}}", kms_master_key_id="alias/aws/sns", tags=tags, opts=opts
    )
"""
"""A program that makes one thing after the other, so that at any time one is being made."""


@pytest.fixture
def chain(clone: Clone) -> Clone:
    """A clone with a program that is quicker than the platform."""
    clone.write_program(CHAIN)
    return clone


def begin(clone: Clone, *, until: int) -> tuple[subprocess.Popen[str], Emulator]:
    """An `up` in its middle, with so many resources in the state; and its emulator."""
    process = clone.start("up")
    workspace = clone.workspace()
    wait_until(
        lambda: process.poll() is not None or workspace.resource_count() >= until,
        f"the state has {until} resources",
    )
    assert process.poll() is None
    return process, emulator_of(clone)


def emulator_of(clone: Clone) -> Emulator:
    """The running emulator."""
    running = emulator.find(clone.workspace())
    assert running
    return running


def go_on(clone: Clone) -> str:
    """Run `up` to its end; gives what it said."""
    done = clone.run("up")
    assert done.returncode == SUCCEEDED, done.stdout + done.stderr
    assert clone.workspace().pending_operations() == 0
    return done.stdout


def topics(clone: Clone) -> list[str]:
    """The ARNs of all topics in the account."""
    listed = client(emulator_of(clone).endpoint, "sns").list_topics()["Topics"]
    return [topic["TopicArn"] for topic in listed]


def test_a_killed_emulator(clone: Clone) -> None:
    process, running = begin(clone, until=60)

    os.kill(running.pid, signal.SIGKILL)
    done = finish(process)

    assert done.returncode == REFUSED
    assert done.stderr.endswith(
        f"✗ The emulator (process {running.pid}) ended during `pulumi up`. Run the same command "
        "again: it starts a new one and rebuilds what was lost.\n"
    )
    said = go_on(clone)
    assert "→ Starting emulated AWS\n" in said
    rds = client(emulator_of(clone).endpoint, "rds")
    assert len(rds.describe_db_instances()["DBInstances"]) == 2


def test_an_interrupted_up(chain: Clone) -> None:
    process, running = begin(chain, until=10)

    os.killpg(process.pid, signal.SIGINT)  # As Ctrl-C in a terminal does.
    done = finish(process)

    assert done.returncode == INTERRUPTED
    assert done.stderr == (
        "Interrupted. Run the same command again: it goes on from here. "
        "What policies said above, they said of an unfinished stack.\n"
    )
    assert "Traceback" not in done.stdout
    assert processes_of(chain.root).keys() == {running.pid}
    made = topics(chain)
    assert 0 < len(made) < LENGTH
    go_on(chain)
    assert emulator_of(chain) == running
    assert len(topics(chain)) == LENGTH
    assert set(made) < set(topics(chain))


def test_a_killed_engine(chain: Clone) -> None:
    process, _ = begin(chain, until=10)

    os.kill(engine_pid(chain), signal.SIGKILL)
    done = finish(process)

    assert done.returncode == REFUSED
    assert chain.workspace().stale_locks()
    said = go_on(chain)
    assert "→ An earlier run was killed: releasing its lock\n" in said
    assert len(topics(chain)) == LENGTH


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
