from pathlib import Path

import pytest

from tests.toolchain import fakes
from toolchain import pulumi_cli, release, source_build
from toolchain.errors import ToolchainError, UnavailableError

pytestmark = pytest.mark.usefixtures("cache_root")


def way_that_works(version: str, bin_dir: Path) -> str:
    fakes.pulumi(bin_dir, version)
    return "go1.26.8"


def way_that_is_shut(version: str, bin_dir: Path) -> str:
    del version
    (bin_dir / "pulumi").write_text("half a program")
    raise UnavailableError("the way is shut")


def way_that_must_not_be_tried(version: str, bin_dir: Path) -> str:
    raise AssertionError(f"asked for {version} in {bin_dir}")


@pytest.fixture(autouse=True)
def no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "fetch", way_that_must_not_be_tried)
    monkeypatch.setattr(source_build, "build", way_that_must_not_be_tried)


@pytest.mark.parametrize("version", [pulumi_cli.VERSION, "3.217.1", "3.300.0"])
def test_cli_on_path_comes_first(path_folder: Path, version: str) -> None:
    fakes.pulumi(path_folder, version)

    assert pulumi_cli.ensure() == pulumi_cli.PulumiCli(
        bin_dir=path_folder, version=version, origin="found on PATH"
    )
    assert pulumi_cli.locate() == path_folder


@pytest.mark.parametrize("version", ["3.216.9", "2.300.0", "4.0.0"])
def test_cli_of_another_version_on_path_is_passed_over_and_said_so(
    path_folder: Path,
    cache_root: Path,
    version: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fakes.pulumi(path_folder, version)
    monkeypatch.setattr(release, "fetch", way_that_works)

    chosen = pulumi_cli.ensure()

    assert chosen.bin_dir.is_relative_to(cache_root)
    assert (
        f"The Pulumi CLI on PATH is passed over: {path_folder}/pulumi is {version}, "
        "but 3.217.0 or a newer 3.x is needed.\n"
    ) in capsys.readouterr().out
    assert pulumi_cli.locate() == chosen.bin_dir


def test_cli_without_its_language_host_is_passed_over(path_folder: Path) -> None:
    fakes.program(path_folder / "pulumi", f"echo v{pulumi_cli.VERSION}")

    with pytest.raises(UnavailableError) as raised:
        pulumi_cli.on_path()

    assert str(raised.value) == (
        f"{path_folder}/pulumi has no pulumi-language-python beside it or on PATH"
    )


def test_cli_that_does_not_run_is_passed_over(path_folder: Path) -> None:
    fakes.program(path_folder / "pulumi", "echo no such library; exit 127")

    with pytest.raises(UnavailableError) as raised:
        pulumi_cli.on_path()

    assert str(raised.value) == f"{path_folder}/pulumi ended with 127:\n    no such library"


@pytest.mark.usefixtures("path_folder")
def test_release_comes_before_the_build(cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "fetch", way_that_works)

    chosen = pulumi_cli.ensure()

    assert chosen.origin == "the official release, checksum verified"
    assert chosen.bin_dir.parent.parent == cache_root
    assert chosen.bin_dir.parent.name.startswith("3.217.0-")
    assert pulumi_cli.locate() == chosen.bin_dir


@pytest.mark.usefixtures("path_folder")
def test_build_comes_last_and_the_reason_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(release, "fetch", way_that_is_shut)
    monkeypatch.setattr(source_build, "build", way_that_works)

    assert pulumi_cli.ensure().origin == "built from its pinned Go modules with go1.26.8"
    assert "Official release: the way is shut.\n" in capsys.readouterr().out


@pytest.mark.usefixtures("path_folder")
def test_obtained_cli_that_reports_another_version_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetch_older(version: str, bin_dir: Path) -> None:
        del version
        fakes.pulumi(bin_dir, "3.216.0")

    monkeypatch.setattr(release, "fetch", fetch_older)
    monkeypatch.setattr(source_build, "build", way_that_works)

    assert pulumi_cli.ensure().origin.startswith("built from")
    assert "Official release: it calls itself 3.216.0, not 3.217.0.\n" in capsys.readouterr().out


@pytest.mark.usefixtures("path_folder")
def test_no_way_at_all_ends_in_what_to_do(
    cache_root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(release, "fetch", way_that_is_shut)
    monkeypatch.setattr(source_build, "build", way_that_is_shut)

    with pytest.raises(ToolchainError) as raised:
        pulumi_cli.ensure()

    assert str(raised.value) == (
        "No Pulumi CLI could be had. Install the Pulumi CLI "
        "(https://www.pulumi.com/docs/install/) or Go (https://go.dev/doc/install), "
        "then run `make setup` again."
    )
    assert capsys.readouterr().out == (
        "Official release: the way is shut.\n"
        "Building the Pulumi CLI from source instead: three to six minutes, once a machine.\n"
        "Build from source: the way is shut.\n"
    )
    assert [entry.suffix for entry in cache_root.iterdir()] == [".lock"]


@pytest.mark.usefixtures("path_folder")
def test_cached_cli_serves_the_next_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as first:
        first.setattr(release, "fetch", way_that_works)
        obtained = pulumi_cli.ensure()

    assert pulumi_cli.ensure() == obtained


@pytest.mark.usefixtures("path_folder")
def test_locate_without_a_cli_says_what_to_run() -> None:
    with pytest.raises(ToolchainError) as raised:
        pulumi_cli.locate()

    assert str(raised.value) == "There is no Pulumi CLI yet: run `make setup`."
