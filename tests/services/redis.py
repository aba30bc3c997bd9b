"""A real Redis server."""

import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from tests.service_config.tools import required
from tests.services.ports import accepts, free_port

PASSWORD = "correct-horse"
START_SECONDS = 60


@dataclass(frozen=True)
class Redis:
    """A running server that wants a password."""

    port: int

    def url(self, password: str = PASSWORD) -> SecretStr:
        return SecretStr(f"redis://:{password}@127.0.0.1:{self.port}/0")


@contextmanager
def redis(*options: str) -> Generator[Redis]:
    """Run a server until the end of the block.

    Args:
        options: as on its command line, such as `--maxmemory`, `8mb`.
    """
    running = Redis(free_port())
    own = ["--port", str(running.port), "--requirepass", PASSWORD, "--masterauth", PASSWORD]
    command = [required("redis-server", "redis-server"), *own, "--save", "", "--bind", "127.0.0.1"]
    # A replica writes what it gets from its primary to the folder that it runs in.
    with tempfile.TemporaryDirectory(prefix="ops-redis-") as folder:
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, cwd=folder)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not accepts(running.port):
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
            yield running
        finally:
            process.terminate()
            process.wait(START_SECONDS)
