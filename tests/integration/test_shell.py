"""`.offline/env`, sourced by hand: plain tools work against what is up."""

import json
import subprocess
from pathlib import Path

import pytest

from offline.workspace import ROOT
from tests.integration.conftest import Platform

STACK_FILES = sorted(ROOT.glob("Pulumi*.yaml"))


@pytest.fixture
def shell(platform: Platform, tmp_path: Path) -> "Shell":
    return Shell(platform.engine.workspace.base / "env", tmp_path)


class Shell:
    """A shell of a person who has sourced the file, and has nothing else in the environment."""

    def __init__(self, variables: Path, home: Path) -> None:
        self._variables = variables
        self._home = home

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command line in the project's folder."""
        script = f"set -eu; set -a; . '{self._variables}'; set +a; {command}"
        return subprocess.run(
            ["sh", "-c", script],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self._home)},
            capture_output=True,
            text=True,
            check=False,
        )


def test_pulumi_finds_the_stack_up_to_date_and_writes_no_stack_file(shell: Shell) -> None:
    before = [path.read_bytes() for path in STACK_FILES]

    done = shell.run("pulumi preview --expect-no-changes --non-interactive")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "messaging-app-local" in done.stdout
    assert [path.read_bytes() for path in STACK_FILES] == before
    assert sorted(ROOT.glob("Pulumi*.yaml")) == STACK_FILES


def test_pulumi_shows_the_outputs(shell: Shell, platform: Platform) -> None:
    done = shell.run("pulumi stack output --json")

    assert json.loads(done.stdout) == platform.outputs


def test_boto3_sees_the_emulated_account(shell: Shell, platform: Platform) -> None:
    listing = "import boto3; print(*[b.name for b in boto3.resource('s3').buckets.all()])"

    done = shell.run(f'python -c "{listing}"')

    locations = {platform.outputs["backup_location"], platform.outputs["media_location"]}
    assert locations < {f"s3://{name}" for name in done.stdout.split()}
