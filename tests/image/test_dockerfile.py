"""What the image of `ops` is made of: what the commands import, and the database's programs."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from service_config.operations_scripts import USER

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PACKAGES = ("policies", "scripts", "service_config")
"""Folders that the image has."""

# The policies are an import root of their own.
LOCAL = {*PACKAGES, "catalogue", "evaluation", "rules"}

OF_NO_COMMAND = {
    ROOT / "policies" / "catalogue" / "generate.py",
    ROOT / "service_config" / "dashboards.py",
    ROOT / "service_config" / "grafana.py",
}
"""Modules that no command imports: dashboards, and how the catalogue was made."""

STACKS = sorted(ROOT.glob("Pulumi.*.yaml"))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(name: str) -> dict[str, str]:
    """Package → version and hashes, of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==(\S+)[^\n]*\\\n((?:    --hash=\S+(?: \\)?\n)+)", text, re.M)
    return {normalised(package): f"{version} {hashes}" for package, version, hashes in entries}


def imported() -> set[str]:
    """Top-level packages that modules of the image import, at their beginning or later."""
    found: set[str] = set()
    for path in (path for name in PACKAGES for path in (ROOT / name).rglob("*.py")):
        if path in OF_NO_COMMAND:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return {name for name in found if not name.startswith("mypy_boto3")}


def test_the_image_has_every_package_that_the_commands_import() -> None:
    distributions = packages_distributions()
    others = imported() - LOCAL - set(sys.stdlib_module_names)
    needed = {normalised(distributions[name][0]) for name in others}
    assert needed
    assert needed - locked("requirements-ops.lock").keys() == set()


def test_the_image_has_nothing_directly_that_no_command_imports() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {normalised(each.partition("[")[0]) for each in groups["dependency-groups"]["ops"]}
    # Read by pydantic-settings, for `.env`.
    assert "python-dotenv" in named
    distributions = packages_distributions()
    used = {normalised(distributions[name][0]) for name in imported() if name in distributions}
    assert named - used - {"python-dotenv"} == set()


def test_its_lock_is_a_part_of_the_project_s() -> None:
    everything, ours = locked("requirements.lock"), locked("requirements-ops.lock")
    assert ours
    assert {name: everything.get(name) for name in ours} == ours


def test_its_lock_names_no_index_and_leaves_the_offline_account_out() -> None:
    text = (ROOT / "requirements-ops.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--index|--find-links|--extra-index", text)
    assert {"moto", "pulumi-aws", "pytest"} & locked("requirements-ops.lock").keys() == set()


@pytest.mark.parametrize("stack", STACKS, ids=lambda path: path.name)
def test_it_has_the_programs_of_the_database_s_major_version(stack: Path) -> None:
    [settings] = yaml.safe_load(stack.read_text(encoding="utf-8"))["config"].values()
    major = settings["database"]["engine_version"].partition(".")[0]
    assert f"ARG POSTGRESQL_MAJOR={major}\n" in DOCKERFILE


def test_it_runs_as_the_user_who_may_write_to_the_server_s_folders() -> None:
    assert f"\nUSER {USER}:{USER}\n" in DOCKERFILE
    assert f"--uid {USER} --gid {USER}" in DOCKERFILE


def test_only_what_it_needs_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    sent = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE))
    assert rules[0] == "*"
    assert sent == copied
