"""Mutants are judged only by tests that pass without them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from pathlib import Path
import typer
from tests.policies import mutation
mutation.TESTS = Path(sys.argv.pop(1))
typer.run(mutation.main)
"""


def judged(folder: Path) -> "subprocess.CompletedProcess[str]":
    """What the judgement of one module by the tests of a folder says."""
    return subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), "rules/database_exposure"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_tests_that_fail_without_a_change_judge_nothing(tmp_path: Path) -> None:
    tests = tmp_path / "rules" / "test_database_exposure.py"
    tests.parent.mkdir()
    tests.write_text("def test_it_fails() -> None:\n    assert False\n", encoding="utf-8")
    done = judged(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rules/database_exposure.py is unchanged, and yet its tests do not pass, or it has none: "
        f"{tests}. Mend them first.\n"
    )


def test_a_module_without_tests_is_not_judged(tmp_path: Path) -> None:
    done = judged(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "rules/database_exposure.py is unchanged, and yet its tests do not pass, or it has none: "
        "none. Mend them first.\n"
    )


def test_tests_that_notice_nothing_are_told_so(tmp_path: Path) -> None:
    tests = tmp_path / "rules" / "test_database_exposure.py"
    tests.parent.mkdir()
    tests.write_text("def test_it_passes() -> None:\n    assert True\n", encoding="utf-8")
    done = judged(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "rules/database_exposure: 0 of " in done.stdout
