"""A failover is killed at a random moment under load; the next run ends what it began.

The moments lie between its first deed and its end: until then it only looks.
"""

import multiprocessing
import random
import threading
import time
from multiprocessing.synchronize import Event

import psycopg
import pytest

from scripts.drill import servers
from scripts.drill.servers import Server
from scripts.exit_codes import ExitCode
from scripts.failover import procedure
from scripts.failover.plan import Request
from scripts.failover.procedure import Result
from scripts.failover.waiting import until
from scripts.faults import OpsError
from tests.scripts.failover.conftest import Pair, is_primary, running_pair, written

KILLS = 50


class Writer(threading.Thread):
    """Writes to whichever of two servers takes writes, and remembers what was acknowledged."""

    def __init__(self, *servers: Server) -> None:
        super().__init__(daemon=True)
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


def ignore(_sentence: str) -> None:
    """Nobody listens."""


def begun_by_another(request: Request, begin: Event, acts: Event) -> None:
    begin.wait()
    # It says what it does before it does it.
    procedure.fail_over(request, lambda _sentence: acts.set())


def fencing(pair: Pair, number: int) -> Request:
    """Every other failover ends the old primary as well."""
    process = servers.process_id(pair.primary)
    command = f"kill -QUIT {process} 2>/dev/null || true" if number % 2 else None
    return pair.request(fence_command=command)


def next_run(request: Request) -> Result:
    """Run it until the lock is free: it ends with the killed run's session, a moment later."""
    results: list[Result] = []

    def is_free() -> bool:
        try:
            results.append(procedure.fail_over(request, ignore))
        except OpsError as fault:
            if fault.code != ExitCode.LOCKED:
                raise
        return bool(results)

    assert until(is_free, 60)
    return results[0]


@pytest.fixture(scope="module")
def seconds(base: tuple[Server, Server]) -> float:
    """How long a failover takes from its first deed to its end when nobody kills it."""
    said: list[float] = []
    with running_pair(base) as pair:
        procedure.fail_over(pair.request(), lambda _sentence: said.append(time.monotonic()))
        return time.monotonic() - said[0]


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_failover_is_ended_by_the_next_run(
    base: tuple[Server, Server], seconds: float, number: int
) -> None:
    after = random.Random(number).uniform(0, seconds)  # noqa: S311
    context = multiprocessing.get_context("fork")
    with running_pair(base) as pair:
        begin, acts = context.Event(), context.Event()
        request = fencing(pair, number)
        killed = context.Process(target=begun_by_another, args=(request, begin, acts))
        # Before this process has a second thread.
        killed.start()
        writer = Writer(pair.primary, pair.standby)
        writer.start()
        try:
            assert until(lambda: len(writer.acknowledged) > 0, 60)
            begin.set()
            assert acts.wait(60)
            time.sleep(after)
            killed.kill()
            killed.join()
            next_run(request)
        finally:
            writer.end()

        assert not next_run(request).changed
        assert is_primary(pair.standby) and not is_primary(pair.primary)
        assert writer.acknowledged <= written(pair.standby)
        assert f"DB_PORT={pair.standby.port}\n" in pair.env_file.read_text()
        assert sorted(file.name for file in pair.env_file.parent.iterdir()) == [".env", "moved"]
