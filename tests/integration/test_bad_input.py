"""What a person gets wrong ends in one sentence that says how to mend it, and touches nothing."""

from dataclasses import dataclass

import pytest

from tests.integration.clone import Clone, processes_of

REFUSED = 1
STACK_FILE = "Pulumi.local.yaml"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One mistake in the stack file, and what is said about it after the file's name."""

    name: str
    old: str
    new: str
    sentence: str


MISTAKES = (
    Mistake(
        name="unknown setting",
        old="nat: zone",
        new="nat: zone\n      gateways: 3",
        sentence='network: unknown key "gateways", allowed are cidr, zones, nat, ssh_cidrs.',
    ),
    Mistake(
        name="wrong type",
        old="storage_gib: 500\n",
        new='storage_gib: "500"\n',
        sentence=(
            'database.storage_gib: given "500", allowed is a whole number of GiB from 20 to 65536.'
        ),
    ),
    Mistake(
        name="too small a network",
        old="10.2.0.0/16",
        new="10.2.0.0/24",
        sentence='network.cidr: given "10.2.0.0/24", allowed is a network from /16 to /20.',
    ),
    Mistake(
        name="zone of another region",
        old="eu-central-1c",
        new="eu-west-1c",
        sentence=(
            'network.zones[2]: given "eu-west-1c", allowed is a zone of eu-central-1: '
            "eu-central-1a, eu-central-1b, eu-central-1c."
        ),
    ),
    Mistake(
        name="unknown instance type",
        old="cache:\n      instance_type: m6i.xlarge",
        new="cache:\n      instance_type: m6i.xxlarge",
        sentence=(
            'cache.instance_type: given "m6i.xxlarge", allowed is an existing EC2 instance type '
            "with x86-64 processors; the closest are m6i.xlarge, m6in.xlarge, m6id.xlarge."
        ),
    ),
)


@pytest.mark.parametrize("command", ["up", "preview"])
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_in_the_stack_file(clone: Clone, mistake: Mistake, command: str) -> None:
    clone.edit(STACK_FILE, mistake.old, mistake.new)

    done = clone.run(command)

    assert done.stderr == f"✗ {clone.root / STACK_FILE}: {mistake.sentence}\n"
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert not (clone.root / ".offline").exists()
    assert processes_of(clone.root) == {}


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_stack_without_a_file(clone: Clone, command: str) -> None:
    done = clone.run(command, "--stack", "moon")

    assert done.stderr == (
        f"✗ {clone.root / 'Pulumi.moon.yaml'}: the file cannot be read: "
        "No such file or directory.\n"
    )
    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert not (clone.root / ".offline").exists()


SMALL_PROGRAM = """
import pulumi_random

pulumi_random.RandomPassword("password", length=8)
"""


def test_a_passphrase_that_does_not_fit_the_state(clone: Clone) -> None:
    clone.write_program(SMALL_PROGRAM)
    assert clone.run("up").returncode == 0
    passphrase = clone.workspace().passphrase
    passphrase.write_text("of another stack")

    done = clone.run("up")

    assert done.returncode == REFUSED
    assert done.stderr.endswith(
        f"✗ {passphrase} does not hold the passphrase that stack local was made with. "
        "Put the right one back, or begin anew with `make down STACK=local`.\n"
    )
    assert "Traceback" not in done.stdout + done.stderr
    # The way out that the sentence names.
    assert clone.run("down").stdout.endswith(
        "→ Discarded the emulated account, whose state the passphrase did not open.\n"
    )
    assert processes_of(clone.root) == {}
