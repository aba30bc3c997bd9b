"""What one run leaves for another when it is killed, ended or still at work."""

import signal
import subprocess
import sys
from collections.abc import Callable, Generator

import pytest

from toolchain import pulumi_cli
from toolchain.errors import ToolchainError
from toolchain.python_env import PROJECT

pytestmark = pytest.mark.usefixtures("path_folder", "cache_root")

# Sets a CLI up from a release whose second half comes when the test closes standard input.
OBTAIN = """
import sys
from tests.toolchain import fakes
from toolchain import pulumi_cli, release

def fetch(version, bin_dir):
    fakes.pulumi(bin_dir, version)
    print("half way", flush=True)
    sys.stdin.read()

release.fetch = fetch
print(pulumi_cli.ensure().origin)
"""

SET_UP = """
import sys
from toolchain import __main__, python_env

def ensure():
    print("half way", flush=True)
    sys.stdin.read()

python_env.ensure = ensure
sys.argv = ["toolchain"]
sys.exit(__main__.main())
"""

Start = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Generator[Start]:
    """Return a function that runs Python code beside the test, which sees its first line."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_killed_run_leaves_nothing_that_is_picked_up_and_the_next_one_recovers(
    start: Start,
) -> None:
    killed = start(OBTAIN)
    assert first_line(killed) == "half way\n"
    killed.kill()
    killed.wait()

    with pytest.raises(ToolchainError):
        pulumi_cli.locate()

    output, _ = start(OBTAIN).communicate(input="")
    assert output == "half way\nthe official release, checksum verified\n"
    assert pulumi_cli.locate().is_dir()


def test_killed_run_s_leftovers_are_swept_away(start: Start) -> None:
    killed = start(OBTAIN)
    first_line(killed)
    killed.kill()
    killed.wait()
    start(OBTAIN).communicate(input="")

    folder = pulumi_cli.locate().parent
    assert {entry.name for entry in folder.parent.iterdir()} == {
        folder.name,
        f"{folder.name}.lock",
    }


def test_second_run_waits_for_the_first_and_takes_what_it_made(start: Start) -> None:
    first = start(OBTAIN)
    assert first_line(first) == "half way\n"
    second = start(OBTAIN)
    waiting = "Waiting for another run that is setting up the same Pulumi CLI"
    assert first_line(second) == f"{waiting} …\n"

    first.communicate(input="")
    output, _ = second.communicate(input="")

    assert "half way" not in output
    assert output.endswith("the official release, checksum verified\n")


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_set_up_ends_in_a_sentence(start: Start, sent: signal.Signals) -> None:
    process = start(SET_UP)
    assert first_line(process) == "half way\n"

    process.send_signal(sent)
    _, errors = process.communicate()

    assert errors == "Interrupted: run the same command again, it goes on from here.\n"
    assert process.returncode == 130
