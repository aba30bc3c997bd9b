"""The command is killed at a random moment; the next run ends what it began."""

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from scripts.drill.servers import Server
from scripts.exit_codes import ExitCode
from scripts.failover.waiting import until
from tests.scripts.failover.conftest import Pair, is_primary, running_pair, written
from tests.scripts.failover.test_command import Ran, environment, ops

KILLS = 50
SECONDS = 1.2
"""About as long as a run takes after it has read its code."""

ROOT = Path(__file__).parents[3]
# Says when it begins, so that no kill is spent on imports.
BEGIN = "import scripts.cli; print('ready', flush=True); scripts.cli.main()"


class Writer(threading.Thread):
    """Writes to whichever of two servers takes writes, and remembers what was acknowledged."""

    def __init__(self, *servers: Server) -> None:
        super().__init__()
        self._servers = servers
        self._ended = threading.Event()
        self.acknowledged: set[int] = set()

    def run(self) -> None:
        number = 0
        while not self._ended.is_set():
            for server in self._servers:
                try:
                    with server.connect() as session:
                        while not self._ended.is_set():
                            number += 1
                            statement = "INSERT INTO acknowledged VALUES (%s)"
                            session.execute(statement, [number])
                            self.acknowledged.add(number)
                except psycopg.Error:
                    self._ended.wait(0.01)

    def end(self) -> None:
        self._ended.set()
        self.join()


def killed_run(pair: Pair, after_seconds: float) -> bool:
    """Begin a failover and kill it; return whether it was still running."""
    running = subprocess.Popen(
        [sys.executable, "-c", BEGIN, "failover", "--yes"],
        cwd=pair.env_file.parent,
        env=environment(pair),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert running.stdout and running.stdout.readline() == "ready\n"
    time.sleep(after_seconds)
    running.send_signal(signal.SIGKILL)
    return running.wait() == -signal.SIGKILL


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_failover_is_ended_by_the_next_run(
    base: tuple[Server, Server], number: int
) -> None:
    after = random.Random(number).uniform(0, SECONDS)  # noqa: S311
    with running_pair(base) as pair:
        writer = Writer(pair.primary, pair.standby)
        writer.start()
        try:
            killed_run(pair, after)
            ran = next_run(pair)
        finally:
            writer.end()

        last = ops(pair, "--yes")
        assert last.returncode == ExitCode.ALREADY, (after, ran.stderr, last.stderr)
        assert is_primary(pair.standby) and not is_primary(pair.primary)
        assert writer.acknowledged and writer.acknowledged <= written(pair.standby)
        assert f"DB_PORT={pair.standby.port}\n" in pair.env_file.read_text()
        assert pair.moved() >= 1
        assert not [
            file for file in pair.env_file.parent.iterdir() if file.name.startswith(".env.")
        ]


def next_run(pair: Pair) -> Ran:
    """Run it until the lock is free: it ends with the killed run's session, a moment later."""
    runs: list[Ran] = []

    def is_free() -> bool:
        runs.append(ops(pair, "--yes"))
        return runs[-1].returncode != ExitCode.LOCKED

    assert until(is_free, 60)
    return runs[-1]
