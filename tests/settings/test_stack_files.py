import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from settings import SettingsError, read_stack_file
from settings.__main__ import main

ROOT = Path(__file__).parents[2]
STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))


def fault_text(path: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        read_stack_file(path)
    return str(caught.value)


def written(directory: Path, text: str) -> Path:
    path = directory / "Pulumi.test.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_every_stack_file_is_right_and_names_its_own_environment(path: Path) -> None:
    assert read_stack_file(path).environment == path.name.split(".")[1]


@pytest.mark.parametrize("path", STACK_FILES, ids=lambda path: path.name)
def test_no_stack_file_holds_a_secret_or_another_key(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(content) == ["config"]
    assert list(content["config"]) == ["messaging-app:settings"]
    assert "secure:" not in path.read_text(encoding="utf-8")


def test_networks_of_the_environments_do_not_overlap() -> None:
    networks = [read_stack_file(path).network.cidr for path in STACK_FILES]
    assert len(networks) == 4
    assert not any(a.overlaps(b) for i, a in enumerate(networks) for b in networks[:i])


def test_the_local_stack_differs_from_production_only_in_name_and_protection() -> None:
    local = read_stack_file(ROOT / "Pulumi.local.yaml").model_dump()
    prod = read_stack_file(ROOT / "Pulumi.prod.yaml").model_dump()
    assert local["storage"].pop("force_destroy") is True
    assert prod["storage"].pop("force_destroy") is False
    assert local["database"].pop("deletion_protection") is False
    assert prod["database"].pop("deletion_protection") is True
    assert {key for key in prod if local[key] != prod[key]} == {
        "environment",
        "domain",
        "network",
        "protect",
    }
    assert local["network"]["zones"] == prod["network"]["zones"]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "Pulumi.none.yaml"
    assert fault_text(path) == f"{path}: the file cannot be read: No such file or directory."


def test_broken_yaml_is_shown_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, "config:\n  a: [1\n  b: 2\n")
    assert (
        fault_text(path) == f"{path}: this is not YAML: expected ',' or ']', but got ':' in line 3."
    )


@pytest.mark.parametrize("text", ["a: 2024-99-99\n", f"a: {'9' * 5000}\n", "a: \x00\n", "[" * 3000])
def test_yaml_that_no_value_can_be_made_of_is_a_fault_of_the_file(
    tmp_path: Path, text: str
) -> None:
    path = written(tmp_path, text)
    assert fault_text(path).startswith(f"{path}: this is not YAML: ")


@pytest.mark.parametrize("text", ["", "config:\n", "config: 3\n", "[]\n", "config: {}\n"])
def test_a_file_without_settings_says_where_they_belong(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text)
    assert fault_text(path) == (
        f'{path}: there is no "messaging-app:settings" under "config"; '
        "copy one from Pulumi.prod.yaml."
    )


def test_each_fault_in_a_file_is_a_line_that_begins_with_its_name(tmp_path: Path) -> None:
    text = (ROOT / "Pulumi.prod.yaml").read_text(encoding="utf-8")
    text = text.replace("nat: zone", "nat: both").replace("protect: true", "protect: maybe")
    path = written(tmp_path, text)
    assert fault_text(path).splitlines() == [
        f'{path}: network.nat: given "both", allowed is one of zone, single.',
        f'{path}: protect: given "maybe", allowed is true or false.',
    ]


def test_check_returns_0_for_right_files(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "Pulumi.prod.yaml"
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == f"{path} is valid: prod in eu-central-1.\n"


def test_check_reports_faults_of_every_file_as_a_process_without_traceback(tmp_path: Path) -> None:
    path = written(tmp_path, "config: {}\n")
    result = subprocess.run(
        [sys.executable, "-m", "settings", "check", "Pulumi.prod.yaml", str(path), "none.yaml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert result.stdout == "Pulumi.prod.yaml is valid: prod in eu-central-1.\n"
    assert [line.partition(": ")[0] for line in result.stderr.splitlines()] == [
        str(path),
        "none.yaml",
    ]
