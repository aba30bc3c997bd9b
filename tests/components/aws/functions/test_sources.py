"""Lambda runs each file alone: what its runtime lacks must not be imported."""

import ast
import sys
from pathlib import Path

import pytest

from components.aws import functions

SOURCES = sorted(Path(functions.__path__[0]).glob("[!_]*.py"))
RUNTIME = {*sys.stdlib_module_names, "boto3", "botocore"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_function_needs_nothing_but_its_runtime(source: Path) -> None:
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    origins = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

    assert {name.split(".")[0] for name in plain | origins} <= RUNTIME


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_function_has_a_handler(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    assert "handle" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
