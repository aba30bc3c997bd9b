import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import fakes
from toolchain import python_env
from toolchain.errors import ToolchainError
from toolchain.process import CommandFailedError

LOCK = """\
# made by hand
click==8.5.1 \\
    --hash=sha256:aa
uv==0.13.9 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
wrapt==2.5.2 \\
    --hash=sha256:dd
"""


class Steps:
    """Stands in for the slow steps and records them."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.failure: CommandFailedError | None = None

    def create(self, venv: Path) -> None:
        self.taken.append("create")
        fakes.program(python_env.python(venv), "")

    def install(self, venv: Path, lock: Path) -> None:
        del venv, lock
        self.taken.append("install")
        if self.failure:
            raise self.failure


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    folder.mkdir()
    (folder / "requirements.lock").write_text(LOCK)
    return folder


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    recorded = Steps()
    monkeypatch.setattr(python_env, "create", recorded.create)
    monkeypatch.setattr(python_env, "install", recorded.install)
    return recorded


def test_second_run_does_nothing(project: Path, steps: Steps) -> None:
    first = python_env.ensure(project)
    second = python_env.ensure(project)

    assert steps.taken == ["create", "install"]
    assert first.endswith(" in .venv, installed from requirements.lock")
    assert second.endswith(" in .venv, which has what requirements.lock says")


def test_changed_lock_is_installed_into_the_same_environment(project: Path, steps: Steps) -> None:
    python_env.ensure(project)
    (project / "requirements.lock").write_text(LOCK.replace("8.5.1", "8.5.2"))
    steps.taken.clear()

    python_env.ensure(project)

    assert steps.taken == ["install"]


def test_another_python_makes_a_new_environment(
    project: Path, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    python_env.ensure(project)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    steps.taken.clear()

    python_env.ensure(project)

    assert steps.taken == ["create", "install"]


def test_moved_clone_makes_a_new_environment(project: Path, steps: Steps) -> None:
    python_env.ensure(project)
    moved = project.rename(project.with_name("moved"))
    steps.taken.clear()

    python_env.ensure(moved)

    assert steps.taken == ["create", "install"]


def test_removed_interpreter_makes_a_new_environment(project: Path, steps: Steps) -> None:
    python_env.ensure(project)
    python_env.python(project / ".venv").unlink()
    steps.taken.clear()

    python_env.ensure(project)

    assert steps.taken == ["create", "install"]


def test_removed_launcher_is_written_again(project: Path, steps: Steps) -> None:
    python_env.ensure(project)
    python_env.launcher(project / ".venv").unlink()

    python_env.ensure(project)

    assert python_env.launcher(project / ".venv").exists()


def test_ops_runs_the_code_of_its_clone_from_any_folder(tmp_path: Path) -> None:
    clone, elsewhere = tmp_path / "a clone's", tmp_path / "elsewhere"
    for folder in (clone, elsewhere):
        (folder / "scripts").mkdir(parents=True)
        (folder / "scripts" / "__init__.py").touch()
        text = f"import sys; print({folder.name!r}, sys.argv[1:])"
        (folder / "scripts" / "__main__.py").write_text(text)
    (clone / ".venv" / "bin").mkdir(parents=True)
    python_env.python(clone / ".venv").symlink_to(sys.executable)

    python_env.write_launcher(clone)
    command = [python_env.launcher(clone / ".venv"), "restore", "a b"]
    ran = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=True)

    assert ran.stdout == "a clone's ['restore', 'a b']\n"


def test_failed_install_is_a_sentence_and_the_next_run_starts_afresh(
    project: Path, steps: Steps
) -> None:
    steps.failure = CommandFailedError("uv ended with 2:\n    no network")
    with pytest.raises(ToolchainError) as raised:
        python_env.ensure(project)
    steps.failure = None

    python_env.ensure(project)

    assert str(raised.value) == (
        ".venv could not be made. uv ended with 2:\n    no network\n"
        "Mend that and run `make setup` again."
    )
    assert steps.taken == ["create", "install", "create", "install"]


def test_failed_update_is_not_taken_for_a_finished_one(project: Path, steps: Steps) -> None:
    python_env.ensure(project)
    (project / "requirements.lock").write_text(LOCK.replace("8.5.1", "8.5.2"))
    steps.failure = CommandFailedError("uv ended with 2")
    with pytest.raises(ToolchainError):
        python_env.ensure(project)
    (project / "requirements.lock").write_text(LOCK)
    steps.failure = None
    steps.taken.clear()

    python_env.ensure(project)

    assert steps.taken == ["create", "install"]


def test_uv_itself_comes_from_the_lock_with_its_hashes(project: Path) -> None:
    venv, lock = project / ".venv", project / "requirements.lock"
    log = project / "log"
    uv = venv / "bin" / "uv"
    # What pip installs here is a uv that records its arguments.
    fakes.program(
        python_env.python(venv),
        f'echo "pip $*" >> {log}\n'
        f"echo '#!/bin/sh' > {uv}; echo 'echo \"uv $*\" >> {log}' >> {uv}; /bin/chmod 755 {uv}",
    )

    python_env.install(venv, lock)

    assert log.read_text().splitlines() == [
        "pip -m pip install --disable-pip-version-check --require-hashes "
        f"--no-deps -r {venv}/uv.lock",
        f"uv pip sync --require-hashes --python {venv}/bin/python {lock}",
    ]
    assert (venv / "uv.lock").read_text() == (
        "uv==0.13.9 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc"
    )


def test_pip_takes_over_where_uv_finds_no_way(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venv, lock = project / ".venv", project / "requirements.lock"
    log = project / "log"
    fakes.program(python_env.python(venv), f'echo "$*" >> {log}')
    uv = fakes.program(venv / "bin" / "uv", "echo no route; exit 2")

    python_env.install(venv, lock)

    assert log.read_text() == (
        f"-m pip install --disable-pip-version-check --require-hashes -r {lock}\n"
    )
    assert (
        "uv could not install it, so pip does, which takes minutes. "
        f"{uv} ended with 2:\n    no route\n"
    ) in capsys.readouterr().out
