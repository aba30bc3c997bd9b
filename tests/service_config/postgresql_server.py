"""A real PostgreSQL 15 in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.service_config.tools import required

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
"""Where Debian keeps them, out of PATH."""


def as_server(*command: str | Path) -> str:
    """Run a command as the user of the servers: PostgreSQL refuses to run as root."""
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    run = subprocess.run([*user, *command], check=True, capture_output=True, text=True)
    return run.stdout


@contextmanager
def running(configuration: str, *options: str) -> Generator[Path]:
    """Run a server with lines of configuration and `name=value` options; gives its folder.

    Its socket and its `server.log` lie there too. Whoever reaches the socket is let in as anybody.
    """
    if not (PROGRAMS / "postgres").exists():
        required("postgres", "postgresql-15 postgresql-15-pgaudit")
    directory = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
    as_server(
        PROGRAMS / "initdb",
        *("--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "-D", directory),
    )
    settings = directory / "postgresql.conf"
    settings.write_text(settings.read_text() + configuration)
    all_options = (f"unix_socket_directories={directory}", f"log_directory={directory}", *options)
    given = " ".join(f"-c {option}" for option in all_options)
    log = directory / "server.log"
    as_server(PROGRAMS / "pg_ctl", "-D", directory, "-l", log, "-w", "-o", given, "start")
    try:
        yield directory
    finally:
        as_server(PROGRAMS / "pg_ctl", "-D", directory, "-m", "immediate", "stop")
        shutil.rmtree(directory)
