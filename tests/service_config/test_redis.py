import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service_config import redis
from tests.service_config.tools import required

GUIDE = """\
maxmemory 8gb
maxmemory-policy allkeys-lru
appendonly yes
appendfsync everysec
"""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def running(
    directory: Path, *, password: str, primary_port: int | None = None
) -> Generator[int, None, None]:
    """Run a real server on the configuration, with paths and ports moved into `directory`."""
    port = free_port()
    # What the script that fetches the password writes.
    (directory / "password.conf").write_text(
        f"requirepass {password}\nmasterauth {password}\n", encoding="utf-8"
    )
    text = redis.configuration(primary_host="127.0.0.1" if primary_port else None)
    text = text.replace("replicaof 127.0.0.1 6379", f"replicaof 127.0.0.1 {primary_port}")
    for installed in ("/etc/redis", "/var/lib/redis", "/run/redis", "/var/log/redis"):
        text = text.replace(installed, str(directory))
    text = text.replace("port 6379", f"port {port}")
    configuration = directory / "redis.conf"
    configuration.write_text(text, encoding="utf-8")
    server = subprocess.Popen([required("redis-server", "redis-server"), configuration])
    log = directory / "redis-server.log"
    try:
        while server.poll() is None:
            if log.exists() and "Ready to accept connections" in log.read_text(encoding="utf-8"):
                break
        yield port
    finally:
        # Not terminated: a replica that is still writing its first AOF would not end.
        server.kill()
        server.wait()


def ask(port: int, command: str, *, password: str = "") -> str:
    """Send one inline command, after the password when given, and return the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        lines = [f"AUTH {password}"] if password else []
        connection.sendall("".join(f"{line}\r\n" for line in [*lines, command, "QUIT"]).encode())
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def test_the_guide_s_values_are_there_word_for_word() -> None:
    assert GUIDE in redis.configuration(primary_host=None)
    assert GUIDE in redis.configuration(primary_host="redis.internal")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory", str(8 * 1024**3)),
        ("maxmemory-policy", "allkeys-lru"),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
    ],
)
def test_a_real_server_runs_with_the_guide_s_values(tmp_path: Path, name: str, value: str) -> None:
    with running(tmp_path, password="abc123") as port:
        answer = ask(port, f"CONFIG GET {name}", password="abc123")
    assert f"\r\n{value}\r\n" in answer


def test_a_real_server_refuses_whoever_lacks_the_password(tmp_path: Path) -> None:
    with running(tmp_path, password="abc123") as port:
        assert ask(port, "PING").startswith("-NOAUTH")


def test_a_replica_with_the_same_password_holds_what_the_primary_was_given(tmp_path: Path) -> None:
    primary, replica = tmp_path / "primary", tmp_path / "replica"
    primary.mkdir()
    replica.mkdir()
    with (
        running(primary, password="abc123") as port,
        running(replica, password="abc123", primary_port=port) as replica_port,
    ):
        ask(port, "CONFIG SET repl-diskless-sync-delay 0", password="abc123")
        # WAIT answers as soon as one replica has it, and after 30 s at the latest.
        answer = ask(port, "SET greeting hello\r\nWAIT 1 30000", password="abc123")
        assert ":1\r\n" in answer
        assert "hello" in ask(replica_port, "GET greeting", password="abc123")
