import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain import fakes
from toolchain.python_env import PROJECT

pytestmark = pytest.mark.usefixtures("cache_root")


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )


def test_path_prints_the_folder_and_nothing_else(path_folder: Path) -> None:
    fakes.pulumi(path_folder, "3.217.0")

    assert python("-m", "toolchain", "path").stdout == f"{path_folder}\n"


@pytest.mark.usefixtures("path_folder")
def test_path_without_a_cli_fails_with_a_sentence() -> None:
    result = python("-m", "toolchain", "path")

    assert result.stderr == "There is no Pulumi CLI yet: run `make setup`.\n"
    assert (result.returncode, result.stdout) == (1, "")


def test_python_that_is_too_old_is_told_what_to_do() -> None:
    result = python("-c", "import sys; sys.version_info = (3, 9, 18); import toolchain")

    assert result.stderr == (
        "Python 3.9 is too old: this project needs 3.11 or newer. "
        "Install one and name it, for example: make setup PYTHON=python3.12\n"
    )
    assert result.returncode == 1


@pytest.mark.usefixtures("path_folder")
def test_cache_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    result = python(
        "-c",
        "import sys; from toolchain import __main__, python_env\n"
        "python_env.ensure = lambda: '3.11.7'\n"
        "sys.argv = ['toolchain']\n"
        "sys.exit(__main__.main())",
    )

    assert result.stderr == (
        "A file could not be used: [Errno 20] Not a directory: "
        f"'{tmp_path}/file/messaging-app/toolchain'. Mend that and run `make setup` again.\n"
    )
    assert result.returncode == 1


@pytest.mark.usefixtures("path_folder")
def test_user_without_a_home_folder_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")

    result = python(
        "-c",
        "import sys\n"
        "from pathlib import Path\n"
        "from toolchain import __main__\n"
        "def home(): raise RuntimeError('Could not determine home directory.')\n"
        "Path.home = home\n"
        "sys.argv = ['toolchain', 'path']\n"
        "sys.exit(__main__.main())",
    )

    assert result.stderr == (
        "This user has no home folder to keep the tools in: set XDG_CACHE_HOME to a folder that "
        "can be written, then run `make setup` again.\n"
    )
    assert result.returncode == 1
