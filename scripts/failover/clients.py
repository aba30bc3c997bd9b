"""Clients leave the servers that still know the old primary, and find it anew."""

import shlex
import subprocess
from pathlib import Path

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services.docker_host import DockerHost

SECONDS = 600
"""As long as websocket servers may take to send their clients elsewhere."""

COUNT_SECONDS = 10
"""How long Docker may take to count containers: a failover does not wait for it."""

COMPOSE_FILES = ("docker-compose.prod.yml", "compose.yaml", "docker-compose.yml")

SERVICES = ("api", "websocket")


def command(configured: str | None, compose_file: str | None, folder: Path) -> str | None:
    """Return the line of the shell that lets clients move; None where nothing is known to do it.

    Args:
        configured: RECONNECT_COMMAND, which goes first.
        compose_file: COMPOSE_FILE, one or several.
        folder: where the compose file is looked for when there is no COMPOSE_FILE.
    """
    if configured:
        return configured
    files = _compose_files(compose_file, folder)
    if not files:
        return None
    # Not `restart`: a container keeps the environment that it was made with. Those whose `.env` has
    # changed are stopped with SIGTERM, drain, and are made anew.
    named = [word for file in files for word in ("-f", _short(file, folder))]
    words = ["docker", "compose", *named, "up", "-d", "--no-deps", *_scale(files), *SERVICES]
    return shlex.join(words)


def _compose_files(named: str | None, folder: Path) -> list[Path]:
    if named:
        return [Path(each).absolute() for each in named.split(":")]
    return [folder / name for name in COMPOSE_FILES if (folder / name).exists()][:1]


def _short(file: Path, folder: Path) -> str:
    return str(file.relative_to(folder) if file.is_relative_to(folder) else file)


def _scale(files: list[Path]) -> list[str]:
    host = DockerHost(files=":".join(str(each) for each in files))
    try:
        return host.kept_scale(*SERVICES, seconds=COUNT_SECONDS)
    except OpsError:
        # Where Docker does not answer now, it may once the database has failed over: no reason
        # not to begin.
        return []


def move(line: str, folder: Path) -> None:
    """Run the command.

    Raises:
        OpsError: it failed; the database has failed over all the same.
    """
    try:
        ran = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
            stdin=subprocess.DEVNULL,
        )
        said = f"ended with {ran.returncode}: {' '.join(ran.stderr.split()).rstrip('.')}"
        failed = ran.returncode != 0
    except subprocess.TimeoutExpired:
        said, failed = f"did not end within {SECONDS} s", True
    if failed:
        raise OpsError(
            f"The database has failed over, but clients were not moved: `{line}` {said}. "
            "Run it by hand, or run this again.",
            ExitCode.FAILED,
        )
