"""The workflows, checked with the real actionlint."""

import os
import shutil
import subprocess

import pytest

from tests.workflows.files import WORKFLOWS
from toolchain import cache

PINNED = "v1.7.8"


def actionlint() -> str:
    """Return the path of actionlint, or skip the test and say how to get it."""
    kept = cache.root() / "actionlint"
    path = shutil.which("actionlint", path=os.pathsep.join([os.environ["PATH"], str(kept)]))
    if path is None:
        install = f"GOBIN={kept} go install github.com/rhysd/actionlint/cmd/actionlint@{PINNED}"
        pytest.skip(f"actionlint is not installed: {install}")
    return path


def test_actionlint_finds_nothing() -> None:
    files = [str(workflow.path) for workflow in WORKFLOWS]
    # Not with tools that only some machines have: their findings would differ by machine.
    command = [actionlint(), "-no-color", "-shellcheck=", "-pyflakes=", *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_continuous_integration_uses_the_same_version() -> None:
    (check,) = [workflow for workflow in WORKFLOWS if workflow.path.name == "check.yml"]
    assert f"actionlint@{PINNED}\n" in check.text
