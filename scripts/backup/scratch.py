"""A PostgreSQL server that is thrown away, for trials."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from scripts import leftovers, postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

START_SECONDS: Final = 60
USERS: Final = ("postgres", "nobody")
"""Whom the server runs as when this runs as root, which PostgreSQL refuses."""

SETTINGS: Final = {
    # It is reached through a socket in its own folder, which nobody else may enter.
    "listen_addresses": "",
    # Its data are not needed after a crash.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    # Its log is searched for what follows.
    "lc_messages": "C",
}

NO_ROOM: Final = re.compile("No space left on device|Check free disk space")

PRELOADED: Final = frozenset({"pgaudit", "pg_cron", "timescaledb"})
"""Extensions that only work on a server that loads them when it starts."""


@contextmanager
def server(
    major: int, extensions: list[str], folder: str | None = None
) -> Generator[dict[str, str]]:
    """Run a server until the end of the block; give the parameters to connect.

    Args:
        major: version; a newer one serves when that is not installed.
        extensions: that will be created in it.
        folder: where it keeps its data meanwhile; the system's temporary folder without one.

    Raises:
        OpsError: it cannot be started.
    """
    initdb = postgresql.program("initdb", major)
    with leftovers.temporary_folder("verify", folder) as outer:
        root = _own(outer)
        _run([initdb, "-D", root / "data", "-U", "postgres", "--auth=trust", "--no-sync"], root)
        loaded = ",".join(sorted(PRELOADED & set(extensions)))
        settings = {**SETTINGS, "unix_socket_directories": str(root)}
        settings |= {"shared_preload_libraries": loaded} if loaded else {}
        given = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        control = [Path(initdb).with_name("pg_ctl"), "-D", root / "data", "-w"]
        start = ["-t", str(START_SECONDS), "-l", root / "log", "-o", given]
        _run([*control, "start", *start], root)
        try:
            yield {"host": str(root), "user": "postgres", "dbname": "postgres", "port": "5432"}
        except Exception as error:
            if NO_ROOM.search((root / "log").read_text(errors="replace")):
                raise _no_room(outer) from error
            raise
        finally:
            with suppress(OpsError):  # one that crashed has ended already
                _run([*control, "stop", "-m", "immediate"], root)


def _no_room(folder: Path) -> OpsError:
    size = shutil.disk_usage(folder).total
    return OpsError(
        f"The server for the trial has no room left in {folder.parent}, whose disk has {size:,} "
        "bytes: it needs as much as the database. Name another folder with --folder, or a server "
        "with --scratch-url."
    )


def _user() -> str | None:
    """Return whom the server has to run as; None for the user that this runs as."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in USERS if name in known), None)


def _own(outer: Path) -> Path:
    """Make the server's own folder in ours, which it has to pass."""
    root = outer / "server"
    root.mkdir(mode=0o700)
    user = _user()
    if user:
        outer.chmod(0o711)
        shutil.chown(root, user)
    return root


def _run(command: list[str | Path], root: Path) -> None:
    # Not to a pipe: the server keeps it open.
    log = root / "programs.log"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    with log.open("ab") as output:
        ran = subprocess.run(
            command,
            check=False,
            cwd=root,
            env={**environment, "PGPORT": "5432"},
            user=_user(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    if ran.returncode:
        server_log = root / "log"
        said = [path.read_text(errors="replace") for path in (log, server_log) if path.exists()]
        last = " ".join(" ".join(said).split())[-400:].rstrip(".")
        raise OpsError(
            f"A server for the trial could not be started: {last}. "
            "Or name a scratch server with --scratch-url.",
            ExitCode.MISCONFIGURED,
        )
