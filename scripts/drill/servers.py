"""PostgreSQL servers in a folder of their own, with the user that PostgreSQL wants: not root."""

import os
import pwd
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from scripts import postgresql
from scripts.exit_codes import ExitCode
from scripts.failover import observation
from scripts.failover.waiting import until
from scripts.faults import OpsError
from scripts.postgresql import Session

USER, DATABASE = "messaging", "messaging"

START_SECONDS = 60

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # In its own folder, so that nothing is left in the machine's memory when it is killed.
    "dynamic_shared_memory_type": "mmap",
    "wal_log_hints": "on",
    "wal_keep_size": "256MB",
    "max_wal_senders": "6",
    "wal_retrieve_retry_interval": "200ms",
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server of ours; whether it runs is another question.

    Args:
        folder: holds its data, log and socket.
    """

    folder: Path
    port: int
    password: str = field(repr=False)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def connection(self, database: str = DATABASE) -> dict[str, str]:
        return {
            "host": "127.0.0.1",
            "port": str(self.port),
            "user": USER,
            "password": self.password,
            "dbname": database,
            "sslmode": "disable",
        }

    def url(self, database: str = DATABASE) -> str:
        end = f"127.0.0.1:{self.port}/{database}?sslmode=disable"
        return f"postgresql://{USER}:{self.password}@{end}"

    def connect(self, database: str = DATABASE) -> Session:
        return postgresql.connect(self.connection(database), "drill")


def installed() -> int:
    """Return the newest version of PostgreSQL's server here.

    Raises:
        OpsError: there is none.
    """
    found = Path(postgresql.PROGRAMS).glob("[0-9]*/bin/initdb")
    versions = [int(path.parts[-3]) for path in found]
    if not versions and not shutil.which("initdb"):
        raise OpsError(
            "A drill needs PostgreSQL's server programs: apt-get install postgresql.",
            ExitCode.MISCONFIGURED,
        )
    return max(versions, default=14)


def owner() -> str | None:
    """Return the user that servers run as; None when that is oneself."""
    if os.getuid():
        return None
    names = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def as_owner(command: Sequence[str], user: str | None) -> list[str]:
    """Return the command as it is run by that user."""
    if user is None:
        return list(command)
    group = str(pwd.getpwnam(user).pw_gid)
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *command]


def folder_for(base: Path, name: str) -> Path:
    """Make a folder that belongs to the servers' user."""
    folder = base / name
    folder.mkdir(mode=0o700)
    if user := owner():
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    return folder


def free_port() -> int:
    """Return a port that nothing uses at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def create(
    folder: Path, settings: Mapping[str, str] = SETTINGS, *, segment_mib: int = 16
) -> Server:
    """Make an empty server that wants a password from everybody, and start it.

    Args:
        segment_mib: size of a file of its write-ahead log.
    """
    server = Server(folder=folder, port=free_port(), password=secrets.token_hex(16))
    word = folder / "password"
    _write(word, server.password)
    try:
        options = ["--username", USER, "--pwfile", str(word), "--auth=scram-sha-256"]
        options += ["--encoding=UTF8", "--locale=C.UTF-8", f"--wal-segsize={segment_mib}"]
        _run("initdb", "-D", str(server.data), *options, "--no-sync")
    finally:
        word.unlink()
    configure(server, settings)
    start(server)
    with server.connect("postgres") as session:
        session.execute(f"CREATE DATABASE {DATABASE}".encode())
    return server


def configure(server: Server, settings: Mapping[str, str]) -> None:
    """Add to the server's postgresql.conf; it counts from the next start."""
    with (server.data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())


def standby_of(primary: Server, folder: Path) -> Server:
    """Copy a running primary to a standby that follows it, and start it."""
    standby = Server(folder=folder, port=free_port(), password=primary.password)
    environment = postgresql.environment(primary.connection())
    options = ["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf"]
    slot = ["--create-slot", f"--slot={slot_of(standby)}"]
    _run("pg_basebackup", "-D", str(standby.data), *options, *slot, environment=environment)
    start(standby)
    wait_for_stream(primary)
    return standby


def copied(stopped: Server, base: Path) -> Server:
    """Copy a server that does not run into another folder, with a port of its own."""
    folder = base / stopped.folder.name
    subprocess.run(["cp", "-a", "--reflink=auto", str(stopped.folder), str(folder)], check=True)
    return Server(folder=folder, port=free_port(), password=stopped.password)


def follow(standby: Server, primary: Server) -> None:
    """Let a standby that does not run follow this primary from its next start."""
    known = make_conninfo("", **primary.connection()).replace("'", "''")
    with (standby.data / "postgresql.auto.conf").open("a", encoding="utf-8") as file:
        file.write(f"primary_conninfo = '{known}'\n")


def slot_of(standby: Server) -> str:
    """Return the name of the slot that keeps the primary's log for a standby."""
    return standby.folder.name.replace("-", "_")


def wait_for_stream(primary: Server) -> None:
    """Wait until a standby follows.

    Raises:
        OpsError: none does.
    """

    def follows() -> bool:
        with primary.connect() as session:
            query = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
            row = session.execute(query).fetchone()
            return bool(row and row[0])

    if not until(follows, START_SECONDS):
        raise OpsError("The standby does not follow its primary: see its log.")


def start(server: Server) -> None:
    """Start a server and wait until it answers."""
    # One that was killed counts as running until init has buried it.
    until(lambda: process_id(server) is None, START_SECONDS)
    _run("pg_ctl", *_start_arguments(server), "-w", "-t", str(START_SECONDS))


def start_command(server: Server) -> str:
    """Return the line of the shell that starts a server."""
    path = postgresql.program("pg_ctl", installed())
    return shlex.join(as_owner([path, *_start_arguments(server), "-W"], owner()))


def _start_arguments(server: Server) -> list[str]:
    # Not in its files: a rewound server has those of the server that it follows.
    own = f"-c port={server.port} -c unix_socket_directories='{server.folder}'"
    return ["start", "-D", str(server.data), "-l", str(server.folder / "log"), "-o", own]


def stop(server: Server, mode: str = "fast") -> None:
    """Stop a server if it runs."""
    if process_id(server):
        with suppress(OpsError):
            _run("pg_ctl", "stop", "-D", str(server.data), "-w", "-m", mode)


def kill(server: Server) -> None:
    """End a server as a power cut would, with everything that it has started."""
    postmaster = process_id(server)
    if postmaster is None:
        return
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=False
    )
    for process in (postmaster, *map(int, found.stdout.split())):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    until(lambda: not observation.answers(server.connection()), START_SECONDS)


def discard(server: Server) -> None:
    """End a server that nobody starts again, and what a kill has left of it in the kernel."""
    stop(server, "immediate")
    with suppress(OSError, IndexError):
        # Key and number of its shared memory (PostgreSQL, postmaster.pid).
        number = (server.data / "postmaster.pid").read_text().splitlines()[6].split()[1]
        subprocess.run(["ipcrm", "-m", number], check=False, capture_output=True)


def process_id(server: Server) -> int | None:
    """Return the postmaster's process, if it runs."""
    try:
        first = (server.data / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(first), 0)
    except (OSError, ValueError, IndexError):
        return None
    return int(first)


def is_up(server: Server) -> bool:
    """Whether it lets us in."""
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text)
    if user := owner():
        shutil.chown(file, user)


def _run(program: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
    path = postgresql.program(program, installed())
    command = as_owner([path, *arguments], owner())
    # Not captured: a server that is started keeps the pipe. What it says is in its log.
    ran = subprocess.run(
        command,
        env=environment,
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if ran.returncode:
        raise OpsError(f"{program} {arguments[0]} failed with {ran.returncode}: see the log.")
