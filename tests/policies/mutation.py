"""Changes the rules' code one place at a time: what no test notices is a hole in the tests.

It changes bodies of functions only: constants of modules, such as the types that a rule is about,
are left as they are. What it says counts for something only where the tests pass without a change,
so it looks at that first.

Run it as `python -m tests.policies.mutation [MODULE …]`, such as `rules/log_retention`; without
modules it takes all. Each module is judged by the tests that mirror it, each mutant in a process of
its own, forked from one that has the slow libraries imported already.
"""

import ast
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Annotated

import pytest
import typer

ROOT = Path(__file__).parents[2]
PACK = ROOT / "policies"
TESTS = Path(__file__).parent
PATIENCE_SECONDS = 60
"""After this a mutant counts as found: it made something endless."""

SLOW = ("hypothesis", "pulumi_policy", "pydantic")
"""What is imported before the first fork, once for all."""

# What has no tests of its own name is judged by those that use it most.
JUDGED_BY = {
    "evaluation/assembly": [
        "evaluation/test_run.py",
        "evaluation/test_analyzer.py",
        "rules/test_public_ingress_owner.py",
    ],
    "evaluation/buckets": ["rules/test_bucket_encryption.py", "rules/test_bucket_access_logs.py"],
    "evaluation/containers": ["rules/test_container_floor.py", "rules/test_container_images.py"],
    "evaluation/exemption_file": ["evaluation/test_exemptions.py"],
    "evaluation/floors": ["rules/test_server_floor.py", "rules/test_cache_floor.py"],
    "evaluation/handbook": ["test_docs.py"],
    "evaluation/ingress": ["rules/test_public_ingress.py"],
    "evaluation/judgement": [
        "evaluation/test_run.py",
        "evaluation/test_state.py",
        "rules/test_server_floor.py",
    ],
    "evaluation/properties": [
        "rules/test_database_exposure.py",
        "rules/test_database_protection.py",
        "rules/test_server_floor.py",
        "rules/test_volume_encryption.py",
    ],
    "evaluation/listeners": [
        "rules/test_listener_encryption.py",
        "rules/test_listener_rule_encryption.py",
    ],
    "evaluation/parameter_groups": [
        "rules/test_database_tuning.py",
        "rules/test_database_audit.py",
        "rules/test_cache_tuning.py",
    ],
    "evaluation/parameters": [
        "evaluation/test_configuration.py",
        "evaluation/test_assembly.py",
        "rules/test_database_logs.py",
        "rules/test_log_retention.py",
    ],
    "evaluation/references": ["test_docs.py"],
    "evaluation/remedies": ["rules/test_public_access_block.py"],
    "evaluation/resource_policies": ["rules/test_public_policies.py"],
    "evaluation/resources": [
        "evaluation/test_judgement.py",
        "rules/test_bucket_encryption.py",
        "rules/test_database_replica.py",
        "rules/test_oversight.py",
    ],
    "evaluation/roles": ["rules/test_server_floor.py", "rules/test_group_minimum.py"],
    "evaluation/rule": ["test_docs.py", "test_pack.py"],
    "evaluation/versions": ["rules/test_database_version.py", "rules/test_container_images.py"],
    "evaluation/volumes": ["rules/test_ssd_volumes.py", "rules/test_server_floor.py"],
    "rules/server_floor": ["rules/test_template_origin.py"],
    "rules/ssd_volumes": ["rules/test_template_origin.py"],
    "rules/volume_encryption": ["rules/test_template_origin.py"],
    "evaluation/yaml_nodes": [
        "evaluation/test_configuration.py",
        "evaluation/test_exemptions.py",
    ],
}


@dataclass(frozen=True)
class Mutant:
    """One change: where, what it was and what it became."""

    line: int
    before: str
    after: str
    tree: ast.Module


COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a place in the code may be changed into."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            changed = deepcopy(node)
            changed.ops[index] = COMPARISONS[type(operator)]()
            yield changed
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
    # Texts with spaces are parts of messages, which tests compare whole.
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value and " " not in node.value:
            yield ast.Constant(f"{node.value}?")
    elif isinstance(node, ast.Return) and not _stands_for_nothing(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield ast.Pass()


def _stands_for_nothing(value: ast.expr | None) -> bool:
    """Whether None would be as good; constants are changed where they stand."""
    empty = isinstance(value, ast.Dict) and not value.keys
    return value is None or empty or isinstance(value, ast.Constant)


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the code inside a module's functions."""
    tree = ast.parse(source)
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    places = {id(node) for function in functions for node in _executed(function)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in places:
            continue
        for changed in changes(node):
            mutated = deepcopy(tree)
            target = next(each for index, each in enumerate(ast.walk(mutated)) if index == number)
            _Replace(target, changed).visit(mutated)
            yield Mutant(
                line=getattr(node, "lineno", 0),
                before=ast.unparse(node),
                after=ast.unparse(ast.fix_missing_locations(changed)),
                tree=ast.fix_missing_locations(mutated),
            )


class _Replace(ast.NodeTransformer):
    def __init__(self, target: ast.AST, by: ast.AST) -> None:
        self._target = target
        self._by = by

    def visit(self, node: ast.AST) -> ast.AST:
        return self._by if node is self._target else self.generic_visit(node)


def _executed(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body, without docstring, annotations and decorators."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    for statement in body:
        pending: list[ast.AST] = [statement]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                continue
            yield node
            if isinstance(node, ast.AnnAssign):
                pending += [node.value] if node.value else []
            elif isinstance(node, ast.Call) and _is_cast(node):
                pending += node.args[1:]
            elif isinstance(node, ast.FormattedValue):
                # Not the format: it can only be taken as it is.
                pending.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                pending += [each for each in node.values if not isinstance(each, ast.Constant)]
            else:
                pending += list(ast.iter_child_nodes(node))


def _is_cast(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "cast"


def tests_of(module: str) -> list[str]:
    """The files of tests that judge a module such as `rules/log_retention`."""
    folder, _, name = module.partition("/")
    named = TESTS / folder / f"test_{name}.py"
    files = [str(TESTS / each) for each in JUDGED_BY.get(module, [])]
    return [*([str(named)] if named.exists() else []), *files]


def is_noticed(module: str, mutant: Mutant) -> bool:
    """Whether a test fails once the module is made from the mutant."""
    child = os.fork()
    if child == 0:
        os._exit(_run(module, mutant))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


class Mutated(MetaPathFinder, Loader):
    """Imports one module from a mutant instead of from its file."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self._name = name
        self._tree = tree

    def find_spec(
        self, fullname: str, path: object = None, target: object = None
    ) -> ModuleSpec | None:
        """Answer for the one module."""
        return spec_from_loader(fullname, self) if fullname == self._name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant as the module."""
        module.__file__ = str(PACK / f"{self._name.replace('.', '/')}.py")
        exec(compile(self._tree, module.__file__, "exec"), module.__dict__)  # noqa: S102


def _run(module: str, mutant: Mutant) -> int:
    sys.meta_path.insert(0, Mutated(module.replace("/", "."), mutant.tree))
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests_of(module)]))


class BrokenTestsError(Exception):
    """The tests of a module fail, or there are none, so they tell nothing of its mutants."""


def judge(module: str, say: Callable[[str], None]) -> tuple[int, int]:
    """How many mutants of a module there are, and how many are noticed.

    Raises:
        BrokenTestsError: its tests fail without any change.
    """
    source = (PACK / f"{module}.py").read_text(encoding="utf-8")
    found = list(mutants(source))
    unchanged = Mutant(line=0, before="", after="", tree=ast.parse(source))
    if found and (not tests_of(module) or is_noticed(module, unchanged)):
        message = (
            f"{module}.py is unchanged, and yet its tests do not pass, or it has none: "
            f"{', '.join(tests_of(module)) or 'none'}. Mend them first."
        )
        raise BrokenTestsError(message)
    noticed = 0
    for mutant in found:
        if is_noticed(module, mutant):
            noticed += 1
        else:
            say(f"{module}.py:{mutant.line}: {mutant.before!r} -> {mutant.after!r}")
    return len(found), noticed


def modules() -> list[str]:
    """Every module that is judged, such as `rules/log_retention`."""
    found = (path for folder in ("evaluation", "rules") for path in (PACK / folder).glob("*.py"))
    names = sorted(str(path.relative_to(PACK).with_suffix("")) for path in found)
    return [name for name in names if not name.endswith("__init__")]


def main(
    chosen: Annotated[list[str] | None, typer.Argument(help="Such as rules/log_retention.")] = None,
    minutes: Annotated[float, typer.Option(help="Begin no module after this time.")] = 60,
) -> None:
    """Judge the tests of the rules by changing the rules."""
    begun = time.monotonic()
    sys.path.insert(0, str(PACK))
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    for name in SLOW:
        import_module(name)
    total = noticed = 0
    for module in chosen or modules():
        if time.monotonic() - begun > minutes * 60:
            typer.echo(f"Out of time before {module}.")
            break
        try:
            made, seen = judge(module, typer.echo)
        except BrokenTestsError as broken:
            typer.echo(str(broken), err=True)
            raise typer.Exit(2) from None
        typer.echo(f"{module}: {seen} of {made}")
        total, noticed = total + made, noticed + seen
    typer.echo(
        f"{noticed} of {total} mutants noticed ({noticed / max(total, 1):.1%}) in "
        f"{time.monotonic() - begun:.0f} s."
    )
    raise typer.Exit(noticed < total)


if __name__ == "__main__":
    typer.run(main)
