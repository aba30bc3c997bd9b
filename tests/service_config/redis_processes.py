"""Real Redis servers and sentinels on loopback, started by the scripts that servers run."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from service_config import redis
from service_config.cloud_init.cache_server import PREPARE
from tests.service_config.tools import required

PASSWORD = "abc123"
PATIENCE_SECONDS = 45

FIRST, SECOND = "127.0.0.11", "127.0.0.12"
"""Addresses of the two cache servers."""


def free_port() -> int:
    """Return a port that is free on every loopback address."""
    with socket.socket() as listener:
        listener.bind(("", 0))
        return listener.getsockname()[1]


def ask(port: int, command: str, *, password: str = PASSWORD, host: str = "127.0.0.1") -> str:
    """Send inline commands, after the password when given, and return their whole answers."""
    lines = [f"AUTH {password}"] if password else []
    # Sentinel knows no QUIT; whoever does not know a command says so, even without a password.
    end = "no-such-command"
    with socket.create_connection((host, port), timeout=60) as connection:
        connection.sendall("".join(f"{line}\r\n" for line in [*lines, command, end]).encode())
        answer = b""
        while end.encode() not in answer:
            answer += connection.recv(4096)
    return answer.decode()


def answers(port: int, command: str, expected: str, *, host: str = "127.0.0.1") -> bool:
    """Whether the server is there and its answer contains `expected`."""
    try:
        return expected in ask(port, command, host=host)
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return as soon as it holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"after {PATIENCE_SECONDS} s still not: {what}"
        time.sleep(0.1)


def tools_folder(directory: Path, **programs: str) -> Path:
    """Make a folder of programs that stand in for those of a server: name → shell script."""
    tools = directory / "tools"
    tools.mkdir(parents=True, exist_ok=True)
    for name, body in programs.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    return tools


INSTALLED = (
    "/etc/redis",
    "/var/lib/redis",
    "/var/log/redis",
    "/run/redis",
    "/run/sentinel",
    "/usr/local/sbin",
)
"""Folders of a server that a machine of the tests has below its own."""


class Machine:
    """One server: a loopback address of its own, and a folder in place of the file system.

    Args:
        address: instead of 0.0.0.0; all machines can use the same ports.
        ports: what the configuration calls them → free ones.
        aws: what the AWS command line does, as a shell script.
    """

    def __init__(
        self, directory: Path, *, address: str, ports: Mapping[int, int], aws: str
    ) -> None:
        self.directory = directory
        self.address = address
        self._tools = tools_folder(directory, aws=aws, chown=":")
        self._substitutes = {
            **{folder: f"{directory}{folder}" for folder in INSTALLED},
            **{str(there): str(here) for there, here in ports.items()},
            "bind 0.0.0.0": f"bind {address}\nbind-source-addr {address}",
            "redis-cli -p": f"redis-cli -h {address} -p",
            "sleep 5": "sleep 0.1",
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        for folder in INSTALLED:
            Path(f"{directory}{folder}").mkdir(parents=True)

    def place(self, text: str) -> str:
        """Return the text with this machine's folders and address and the test's ports."""
        for there, here in self._substitutes.items():
            text = text.replace(there, here)
        return text

    def write(self, path: str, text: str) -> Path:
        """Write a file of the server's; a script may be run."""
        file = self.path(path)
        file.write_text(self.place(text), encoding="utf-8")
        file.chmod(0o755 if text.startswith("#!") else 0o644)
        return file

    def path(self, path: str) -> Path:
        """Where a file of the server's is."""
        return Path(f"{self.directory}{path}")

    @property
    def environment(self) -> dict[str, str]:
        """With the stand-ins of programs before the real ones."""
        return {**os.environ, "PATH": f"{self._tools}:{os.environ['PATH']}"}

    def run(self, path: str, *arguments: str) -> int:
        """Run a script to its end, and return its status."""
        command = [self.path(path), *arguments]
        return subprocess.run(command, env=self.environment, check=False, timeout=60).returncode

    def begin(self, name: str, *command: str | Path) -> None:
        """Start a program that goes on."""
        self._processes[name] = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL
        )

    def wait_for(self, name: str, *, seconds: float) -> int:
        """Return the status of a program that was begun. Raises TimeoutExpired."""
        return self._processes[name].wait(timeout=seconds)

    def kill(self, name: str) -> None:
        """End a program at once, as when the power fails."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End whatever still runs."""
        for name in list(self._processes):
            self.kill(name)


class CacheMachine(Machine):
    """One of two cache servers, which holds no data yet."""

    def __init__(
        self,
        directory: Path,
        *,
        address: str,
        port: int,
        sentinel_port: int = 0,
        aws: str = f"echo {PASSWORD}",
    ) -> None:
        # The sentinel's port contains the other one's digits, so its turn comes first.
        ports = {26379: sentinel_port, 6379: port}
        super().__init__(directory, address=address, ports=ports, aws=aws)
        self.port = port
        self.write(redis.SETTINGS_FILE, redis.configuration())
        script = redis.prepare_script(
            secret_arn="arn:secret",
            region="eu-central-1",
            peer_address=SECOND if address == FIRST else FIRST,
            is_founder=address == FIRST,
        )
        self.write(PREPARE, script)
        self.write(redis.CONFIGURATION_FILE, "# the package's own\n")

    @property
    def configuration(self) -> list[str]:
        return self.path(redis.CONFIGURATION_FILE).read_text(encoding="utf-8").splitlines()

    @property
    def follows(self) -> list[str]:
        """The lines that make it a replica."""
        return [line for line in self.configuration if line.startswith("replicaof")]

    def serve(self) -> None:
        """Start Redis as the service does once the script has run."""
        program = required("redis-server", "redis-server")
        self.begin("redis", program, self.path(redis.CONFIGURATION_FILE))
        wait_until(lambda: self.answers("PING", "+PONG"), "Redis answers")

    def answers(self, command: str, expected: str) -> bool:
        return answers(self.port, command, expected, host=self.address)

    def ask(self, command: str, *, password: str = PASSWORD) -> str:
        return ask(self.port, command, password=password, host=self.address)
