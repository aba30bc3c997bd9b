"""Find a Pulumi CLI or obtain one, by the first way that works."""

import os
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from toolchain import cache, release, source_build
from toolchain.errors import ToolchainError, UnavailableError
from toolchain.process import CommandFailedError, answer
from toolchain.progress import say

VERSION = "3.217.0"
_LANGUAGE_HOST = "pulumi-language-python"
_FIX = (
    "Install the Pulumi CLI (https://www.pulumi.com/docs/install/) or Go "
    "(https://go.dev/doc/install), then run `make setup` again."
)


@dataclass(frozen=True, kw_only=True)
class PulumiCli:
    """A usable CLI: its folder, its version (`3.217.0`) and a phrase that says where it is from."""

    bin_dir: Path
    version: str
    origin: str


def locate() -> Path:
    """Return the folder of the CLI that `make setup` chose, to be put first on PATH.

    Raises ToolchainError when there is none yet.
    """
    with suppress(UnavailableError):
        if found := on_path():
            return found.bin_dir
    if found := cached():
        return found.bin_dir
    raise ToolchainError("There is no Pulumi CLI yet: run `make setup`.")


def ensure() -> PulumiCli:
    """Return the CLI on PATH or the cached one, else download or build it, saying which and why.

    Raises ToolchainError when no way works.
    """
    try:
        if found := on_path():
            return found
    except UnavailableError as reason:
        say(f"The Pulumi CLI on PATH is passed over: {reason}.")
    if found := cached():
        return found
    waiting = "Waiting for another run that is setting up the same Pulumi CLI"
    with cache.exclusive(_folder().with_name(f"{_folder().name}.lock"), waiting):
        return cached() or _obtain()


def on_path() -> PulumiCli | None:
    """Return the CLI that the user has, if any. Raises UnavailableError if it cannot be used."""
    program = shutil.which("pulumi")
    if program is None:
        return None
    bin_dir = Path(program).absolute().parent
    version = _version(Path(program))
    if not _numbers(VERSION) <= _numbers(version) < (4,):
        raise UnavailableError(f"{program} is {version}, but {VERSION} or a newer 3.x is needed")
    beside = os.pathsep.join([str(bin_dir), os.environ.get("PATH", "")])
    if shutil.which(_LANGUAGE_HOST, path=beside) is None:
        raise UnavailableError(f"{program} has no {_LANGUAGE_HOST} beside it or on PATH")
    return PulumiCli(bin_dir=bin_dir, version=version, origin="found on PATH")


def cached() -> PulumiCli | None:
    """Return the CLI that an earlier run, of any clone, put into the cache."""
    origin = _folder() / "origin"
    if not origin.is_file():
        return None
    return PulumiCli(bin_dir=_folder() / "bin", version=VERSION, origin=origin.read_text().strip())


def _folder() -> Path:
    return cache.root() / "-".join([VERSION, *cache.machine()])


def _obtain() -> PulumiCli:
    """Fill the cache by the first way that works; the caller holds the lock."""
    reasons: list[str] = []
    for name, way in (("Official release", _from_release), ("Build from source", _from_source)):
        try:
            with cache.filling(_folder()) as folder:
                bin_dir = folder / "bin"
                bin_dir.mkdir()
                origin = way(bin_dir)
                (folder / "origin").write_text(f"{origin}\n")
        except UnavailableError as reason:
            reasons.append(f"{name}: {reason}.")
            say(reasons[-1])
        else:
            return PulumiCli(bin_dir=_folder() / "bin", version=VERSION, origin=origin)
    raise ToolchainError(f"No Pulumi CLI could be had. {_FIX}")


def _from_release(bin_dir: Path) -> str:
    release.fetch(VERSION, bin_dir)
    _check(bin_dir)
    return "the official release, checksum verified"


def _from_source(bin_dir: Path) -> str:
    say("Building the Pulumi CLI from source instead: three to six minutes, once a machine.")
    go_version = source_build.build(VERSION, bin_dir)
    _check(bin_dir)
    return f"built from its pinned Go modules with {go_version}"


def _check(bin_dir: Path) -> None:
    """Refuse a CLI that does not start here or is another version than the pinned one."""
    version = _version(bin_dir / "pulumi")
    if version != VERSION:
        raise UnavailableError(f"it calls itself {version}, not {VERSION}")


def _version(program: Path) -> str:
    """Ask `program` for its version, without the leading v."""
    try:
        # The update check would go out to the network and write to the home folder.
        reported = answer([program, "version"], env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"})
    except CommandFailedError as error:
        raise UnavailableError(str(error)) from error
    return reported.strip().removeprefix("v") or "of no known version"


def _numbers(version: str) -> tuple[int, ...]:
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, numbers.groups())) if numbers else ()
