"""`.venv`, installed from the one hashed lock."""

import hashlib
import platform
import shlex
import sys
from pathlib import Path

from toolchain import cache
from toolchain.errors import ToolchainError
from toolchain.process import CommandFailedError, run
from toolchain.progress import Progress, say

PROJECT = Path(__file__).parent.parent


def python(venv: Path) -> Path:
    """Return the interpreter of `venv`."""
    return venv / "bin" / "python"


def launcher(venv: Path) -> Path:
    """Return the program that runs the guide's procedures."""
    return venv / "bin" / "ops"


def ensure(project: Path = PROJECT) -> str:
    """Make `.venv` of `project` what its `requirements.lock` says; return a phrase about it.

    Does nothing when it already is. Raises ToolchainError when it cannot be made.
    """
    venv, lock = project / ".venv", project / "requirements.lock"
    # Two terminals, or two targets of one `make -j`, may come here at once.
    waiting = "Waiting for another run that is setting up .venv"
    with cache.exclusive(project / ".offline" / "setup.lock", waiting):
        stamp, wanted = venv / "installed-from", state(venv, lock)
        found = stamp.read_text().splitlines() if stamp.is_file() else []
        if found == wanted and python(venv).exists() and launcher(venv).exists():
            return f"{platform.python_version()} in .venv, which has what {lock.name} says"
        # Without its stamp an interrupted run is told from a finished one.
        stamp.unlink(missing_ok=True)
        try:
            if found[1:] != wanted[1:] or not python(venv).exists():
                create(venv)
            install(venv, lock)
        except CommandFailedError as error:
            raise ToolchainError(
                f".venv could not be made. {error}\nMend that and run `make setup` again."
            ) from error
        write_launcher(project)
        stamp.write_text("\n".join(wanted))
    return f"{platform.python_version()} in .venv, installed from {lock.name}"


def state(venv: Path, lock: Path) -> list[str]:
    """Return what a finished `.venv` depends on: the lock first, then what only a new one mends.

    Its programs name their interpreter by an absolute path, so a moved clone needs a new one.
    """
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    return [digest, f"{platform.python_version()} {sys.base_prefix}", str(venv.absolute())]


def create(venv: Path) -> None:
    """Make an empty `venv` in place of what is there."""
    # Not sys.executable: with `venv` active, that is a file which is about to be removed.
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    with Progress("Making .venv") as progress:
        run([base, "-m", "venv", "--clear", venv], lambda line: setattr(progress, "detail", line))


def install(venv: Path, lock: Path) -> None:
    """Make `venv` hold exactly what `lock` names, every file checked against its hash."""
    pip = [python(venv), "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes"]
    uv = venv / "bin" / "uv"
    with Progress(f"Installing {lock.name}") as progress:

        def show(line: str) -> None:
            progress.detail = line

        if not uv.exists():
            only_uv = venv / "uv.lock"
            only_uv.write_text(pin("uv", lock.read_text()))
            run([*pip, "--no-deps", "-r", only_uv], show)
        try:
            sync = ["pip", "sync", "--require-hashes", "--python", python(venv), lock]
            run([uv, *sync], show)
        except CommandFailedError as error:
            # uv reads no pip.conf: where only that names the way to the packages, pip finds it.
            say(f"uv could not install it, so pip does, which takes minutes. {error}")
            run([*pip, "-r", lock], show)


def write_launcher(project: Path) -> None:
    """Write `.venv/bin/ops`, which runs `scripts` of `project` from any folder.

    Nothing is installed for it: what runs is always the code of this clone. `-P` keeps the folder
    that the caller is in, which may have a `scripts` of its own, from being imported.
    """
    root, program = project.absolute(), launcher(project / ".venv")
    program.write_text(
        "#!/bin/sh\n"
        f"PYTHONPATH={shlex.quote(str(root))} "
        f'exec {shlex.quote(str(python(root / ".venv")))} -P -m scripts "$@"\n'
    )
    program.chmod(0o755)


def pin(package: str, lock: str) -> str:
    """Return the entry of `package` in the text of a lock: its version and hashes."""
    lines = lock.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(f"{package}=="))
    last = next(i for i in range(first, len(lines)) if not lines[i].endswith("\\"))
    return "\n".join(lines[first : last + 1])
