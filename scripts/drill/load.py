"""Clients that write where `.env` says, and remember what was acknowledged."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from dotenv import dotenv_values

PAUSE_SECONDS = 0.02
"""Of a client that found no server to write to."""

_WRITE = """
    INSERT INTO messages (conversation_id, sender_id, body, sent_by)
    VALUES (1 + %(number)s %% 200, 1 + %(number)s %% 1000, repeat('hello ', 20), %(number)s)
    RETURNING (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint
"""


@dataclass(frozen=True)
class Acknowledged:
    """A write that a client was told to be done: its number, when, and where in the log."""

    number: int
    at: float
    position: int


class Client(threading.Thread):
    """One client of the application.

    Args:
        numbers: the first of its numbers and their distance, so that no two clients share one.
    """

    def __init__(self, env_file: Path, numbers: tuple[int, int]) -> None:
        super().__init__(daemon=True)
        self._env_file = env_file
        self._number, self._distance = numbers
        self._ended = threading.Event()
        self.acknowledged: list[Acknowledged] = []

    def run(self) -> None:
        while not self._ended.is_set():
            url = dotenv_values(self._env_file)["DATABASE_URL"] or ""
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=3) as session:
                    self._write(session)
            except psycopg.Error:
                # As a client's library does: it asks again where the database is.
                self._ended.wait(PAUSE_SECONDS)

    def _write(self, session: "psycopg.Connection[tuple[int]]") -> None:
        while not self._ended.is_set():
            self._number += self._distance
            row = session.execute(_WRITE, {"number": self._number}).fetchone()
            position = row[0] if row else 0
            self.acknowledged.append(Acknowledged(self._number, time.monotonic(), position))

    def end(self) -> None:
        self._ended.set()


class Load:
    """Some clients at once."""

    def __init__(self, env_file: Path, clients: int, first: int) -> None:
        self._clients = [Client(env_file, (first + n, clients)) for n in range(clients)]

    def begin(self) -> None:
        for client in self._clients:
            client.start()

    def end(self) -> None:
        for client in self._clients:
            client.end()
        for client in self._clients:
            client.join()

    def acknowledged(self) -> list[Acknowledged]:
        """Return what was acknowledged until now, in the order of time."""
        found = [each for client in self._clients for each in list(client.acknowledged)]
        return sorted(found, key=lambda each: each.at)
