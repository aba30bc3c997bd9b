import ast
import sys
from pathlib import Path

import pytest

import service_config

PACKAGE = Path(next(iter(service_config.__path__)))
MODULES = sorted(PACKAGE.glob("*.py"))
ALLOWED = sys.stdlib_module_names | {
    "grafana_foundation_sdk",
    "service_config",
    "settings",
    "yaml",
}
EFFECTS = {"os", "subprocess", "socket", "time", "datetime", "random", "secrets", "pathlib", "sys"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_imports_only_the_standard_library_yaml_and_settings(path: Path) -> None:
    assert imported(path) <= ALLOWED


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_has_no_way_to_an_effect(path: Path) -> None:
    assert imported(path) & EFFECTS == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_opens_no_file(path: Path) -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called & {"open", "exec", "eval", "print", "input"} == set()
