"""Which package of the project may import which."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

FORBIDDEN: dict[str, frozenset[str]] = {
    "components": frozenset({"scripts", "policies", "offline"}),
    # A policy that imports what it checks checks nothing.
    "policies": frozenset({"components", "settings", "service_config", "scripts"}),
}

PURE: dict[str, frozenset[str]] = {
    "service_config": frozenset(
        {"grafana_foundation_sdk", "service_config", "settings", "yaml", *sys.stdlib_module_names}
    )
}
"""Packages that may import nothing but what is listed."""

MAY_IMPORT_OFFLINE = frozenset({"offline", "tests", "benchmarks"})
"""A real stack can never meet a stand-in that nothing else can reach."""


def sources() -> list[Path]:
    """Every Python file of the project, without hidden folders such as the virtualenv."""
    relative = (path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
    return sorted(p for p in relative if not any(part.startswith(".") for part in p.parts))


def imported(source: str) -> Iterator[str]:
    """Top-level packages that a module names in its imports, wherever in the module they stand."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


def violations(package: str, source: str) -> set[str]:
    """What a module of `package` imports although it must not."""
    names = set(imported(source))
    found = names & FORBIDDEN.get(package, frozenset())
    if package in PURE:
        found |= names - PURE[package]
    if package not in MAY_IMPORT_OFFLINE:
        found |= names & {"offline"}
    return found


@pytest.mark.parametrize("path", sources(), ids=str)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    assert violations(path.parts[0], (ROOT / path).read_text()) == set()


@pytest.mark.parametrize(
    ("package", "source", "expected"),
    [
        ("components", "import scripts", {"scripts"}),
        ("components", "from policies.rules import network", {"policies"}),
        ("components", "import offline.emulator as emulator", {"offline"}),
        ("components", "from settings import Settings\nimport pulumi", set[str]()),
        ("policies", "from components.identity import Role", {"components"}),
        ("policies", "import settings, service_config", {"settings", "service_config"}),
        ("policies", "from rules import network\nfrom .rules import disk", set[str]()),
        ("service_config", "import pulumi", {"pulumi"}),
        ("service_config", "from components import identity", {"components"}),
        ("service_config", "import json\nimport yaml\nfrom settings import x", set[str]()),
        ("scripts", "def late():\n    from offline import emulator", {"offline"}),
        ("__main__.py", "import offline", {"offline"}),
        ("tests", "import offline", set[str]()),
    ],
)
def test_a_forbidden_import_is_found_and_an_allowed_one_is_not(
    package: str, source: str, expected: set[str]
) -> None:
    assert violations(package, source) == expected


@pytest.mark.parametrize("package", [*FORBIDDEN, *PURE])
def test_a_rule_is_about_a_package_that_exists(package: str) -> None:
    assert any(path.parts[0] == package for path in sources())
