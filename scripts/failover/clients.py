"""Clients leave the servers that still know the old primary, and find it anew."""

import shlex
import subprocess
from pathlib import Path

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

SECONDS = 600
"""As long as websocket servers may take to send their clients elsewhere."""

COMPOSE_FILES = ("docker-compose.prod.yml", "compose.yaml", "docker-compose.yml")

SERVICES = ("api", "websocket")


def command(configured: str | None, folder: Path) -> str | None:
    """Return the line of the shell that lets clients move; None where nothing is known to do it.

    Args:
        configured: RECONNECT_COMMAND, which goes first.
        folder: with a compose file, its services are made anew.
    """
    if configured:
        return configured
    for name in COMPOSE_FILES:
        if (folder / name).exists():
            # Not `restart`: a container keeps the environment that it was made with. Those whose
            # `.env` has changed are stopped with SIGTERM, drain, and are made anew.
            words = ["docker", "compose", "-f", name, "up", "-d", "--no-deps", *SERVICES]
            return shlex.join(words)
    return None


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
