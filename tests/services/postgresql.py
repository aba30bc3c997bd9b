"""A real PostgreSQL server in a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow
from pydantic import SecretStr

from tests.services.ports import free_port

BIN = Path("/usr/lib/postgresql/15/bin")
USER, PASSWORD = "messaging", "correct-horse"
START_SECONDS = 60

QUICK: Mapping[str, str] = {"fsync": "off", "max_connections": "60"}
"""Settings of a server whose data nobody needs after the test."""


@dataclass(frozen=True)
class Server:
    """A running server; everybody has to give a password."""

    folder: Path
    port: int

    def url(self, database: str = "postgres", password: str = PASSWORD) -> str:
        where = f"127.0.0.1:{self.port}/{quote(database)}"
        return f"postgresql://{USER}:{password}@{where}?sslmode=disable"

    def secret_url(self, database: str = "postgres") -> SecretStr:
        return SecretStr(self.url(database))

    def connect(self, database: str = "postgres") -> psycopg.Connection[TupleRow]:
        return psycopg.connect(self.url(database), autocommit=True)

    def run(self, script: str, database: str = "postgres") -> None:
        """Run statements, one after the other."""
        with self.connect(database) as session:
            session.execute(script.encode())

    def rows(self, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with self.connect(database) as session:
            return session.execute(query.encode()).fetchall()

    def databases(self) -> list[str]:
        """Names of what is there besides PostgreSQL's own."""
        query = "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1"
        return [name for (name,) in self.rows(query) if name != "postgres"]

    def create(self, database: str) -> None:
        with self.connect() as session:
            session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))

    def drop_all(self) -> None:
        """Remove every database but PostgreSQL's own, whoever is connected."""
        with self.connect() as session:
            for name in self.databases():
                statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                session.execute(statement)


def as_server_user(*command: str | Path) -> list[str | Path]:
    """Return the command as a user that PostgreSQL runs as: not root."""
    if os.getuid():
        return list(command)
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


@contextmanager
def server(settings: Mapping[str, str] = QUICK) -> Generator[Server]:
    """Run a server until the end of the block; skip the test where it is not installed."""
    if not (BIN / "initdb").exists():
        pytest.skip("PostgreSQL 15 is not installed: apt-get install postgresql-15")
    # Not below pytest's folders, which other users may not enter.
    folder = Path(tempfile.mkdtemp(prefix="ops-postgresql-"))
    try:
        if not os.getuid():
            shutil.chown(folder, "postgres", "postgres")
        running = Server(folder=folder, port=free_port())
        _initialise(folder)
        _control(running, "start", settings)
        try:
            yield running
        finally:
            _control(running, "stop", {})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path) -> None:
    word = folder / "password"
    word.write_text(PASSWORD)
    word.chmod(0o644)
    options = ["--auth=scram-sha-256", "--username", USER, "--pwfile", word]
    encoding = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = as_server_user(BIN / "initdb", "-D", folder / "data", *options, *encoding)
    subprocess.run(command, check=True, capture_output=True, cwd=folder)


def _control(running: Server, action: str, settings: Mapping[str, str]) -> None:
    own = {"port": str(running.port), "unix_socket_directories": str(running.folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in {**own, **settings}.items())
    arguments: list[str | Path] = ["-D", running.folder / "data", "-w", "-t", str(START_SECONDS)]
    if action == "start":
        arguments += ["-l", running.folder / "log", "-o", options]
    else:
        arguments += ["-m", "immediate"]
    # Not captured: the server would keep the pipe.
    subprocess.run(
        as_server_user(BIN / "pg_ctl", action, *arguments),
        check=True,
        cwd=running.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
