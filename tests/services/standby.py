"""A streaming standby of a real PostgreSQL server."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.services.ports import free_port
from tests.services.postgresql import (
    BIN,
    PASSWORD,
    QUICK,
    START_SECONDS,
    USER,
    Server,
    as_server_user,
)


@contextmanager
def standby(primary: Server) -> Generator[Server]:
    """Run a standby that follows `primary` until the end of the block."""
    # Not below pytest's folders, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="ops-standby-"))
    running = Server(folder=folder, port=free_port())
    try:
        shutil.chown(folder, "postgres", "postgres")
        _copy(primary, folder)
        _control(running, "start")
        try:
            yield running
        finally:
            _control(running, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(primary: Server, folder: Path) -> None:
    source = f"host=127.0.0.1 port={primary.port} user={USER} password={PASSWORD}"
    options = ["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]
    subprocess.run(
        as_server_user(BIN / "pg_basebackup", "-D", folder / "data", "-d", source, *options),
        check=True,
        capture_output=True,
        cwd=folder,
    )


def _control(running: Server, action: str) -> None:
    own = {"port": str(running.port), "unix_socket_directories": str(running.folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in {**own, **QUICK}.items())
    last = ["-l", running.folder / "log", "-o", options] if action == "start" else ["-m", "fast"]
    arguments = ["-D", running.folder / "data", "-w", "-t", str(START_SECONDS), *last]
    # Not captured: the server would keep the pipe.
    subprocess.run(
        as_server_user(BIN / "pg_ctl", action, *arguments),
        check=True,
        cwd=running.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
