import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from scripts.drill import servers
from scripts.drill.servers import Server
from scripts.failover.plan import Request

QUICK = {
    **servers.SETTINGS,
    "shared_buffers": "1MB",
    "fsync": "off",
    "min_wal_size": "2MB",
    "wal_keep_size": "8MB",
}
"""Settings of servers whose machine does not lose power during the test."""


def temporary_folder() -> Path:
    """Make a folder in memory where there is one, that other users may enter."""
    memory = Path("/dev/shm")  # noqa: S108
    base = memory if os.access(memory, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="ops-failover-", dir=base))
    folder.chmod(0o755)
    return folder


@dataclass(frozen=True)
class Pair:
    """A primary and its standby, both running, and the files of a failover between them."""

    folder: Path
    primary: Server
    standby: Server
    said: list[str] = field(default_factory=list[str])

    @property
    def env_file(self) -> Path:
        return self.folder / "app" / ".env"

    @property
    def log(self) -> Path:
        return self.folder / "log" / "failover.jsonl"

    def request(self, **more: Any) -> Request:
        known: dict[str, Any] = {
            "primary": self.primary.connection(),
            "standby": self.standby.connection(),
            "log": self.log,
            "env_file": self.env_file,
            "primary_data": self.primary.data,
            "reconnect_command": "echo moved >>moved",
        }
        return Request(**{**known, **more})

    def moved(self) -> int:
        """How often clients were told to move."""
        file = self.env_file.parent / "moved"
        return len(file.read_text().splitlines()) if file.exists() else 0


def write(server: Server, number: int) -> None:
    with server.connect() as session:
        session.execute("INSERT INTO acknowledged VALUES (%s)", [number])


def written(server: Server) -> set[int]:
    with server.connect() as session:
        return {number for (number,) in session.execute("SELECT number FROM acknowledged")}


def is_primary(server: Server) -> bool:
    """Whether it takes writes of an application, which knows nothing of fences."""
    try:
        write(server, -1)
    except (psycopg.errors.ReadOnlySqlTransaction, psycopg.OperationalError):
        return False
    return True


@pytest.fixture(scope="session")
def base() -> Generator[tuple[Server, Server]]:
    """A stopped primary and its standby, to be copied."""
    if not Path("/usr/lib/postgresql/15/bin/initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    folder = temporary_folder()
    made: list[Server] = []
    try:
        primary = servers.create(servers.folder_for(folder, "primary"), QUICK, segment_mib=1)
        made.append(primary)
        with primary.connect() as session:
            session.execute("CREATE TABLE acknowledged (number bigint NOT NULL)")
        standby = servers.standby_of(primary, servers.folder_for(folder, "standby"))
        made.append(standby)
        for server in made:
            servers.stop(server)
        yield primary, standby
    finally:
        for server in made:
            servers.discard(server)
        shutil.rmtree(folder)


@pytest.fixture
def pair(base: tuple[Server, Server]) -> Generator[Pair]:
    """A running pair of a test's own."""
    with running_pair(base) as running:
        yield running


@contextmanager
def running_pair(base: tuple[Server, Server]) -> Generator[Pair]:
    folder = temporary_folder()
    primary, standby = (servers.copied(server, folder) for server in base)
    pair = Pair(folder, primary, standby)
    try:
        servers.start(primary)
        servers.follow(standby, primary)
        servers.start(standby)
        servers.wait_for_stream(primary)
        pair.env_file.parent.mkdir()
        pair.env_file.write_text(
            f"# The application\nDB_HOST=127.0.0.1\nDB_PORT={primary.port}\n"
            f"DATABASE_URL='{primary.url()}' # ours\nSECRET_KEY=x=y\n"
        )
        pair.env_file.chmod(0o640)
        yield pair
    finally:
        for server in (primary, standby):
            servers.discard(server)
        shutil.rmtree(folder)
