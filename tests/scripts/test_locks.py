import multiprocessing
import re
import signal
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from scripts import locks, postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.postgresql import Session
from tests.services.postgresql import Server


def session(server: Server, command: str = "backup") -> Session:
    return postgresql.connect(postgresql.parameters(server.secret_url(), "DATABASE_URL"), command)


def test_a_lock_in_the_database_is_held_once(server: Server) -> None:
    with (
        session(server) as first,
        session(server) as second,
        locks.database_lock(first, "backup"),
        pytest.raises(OpsError) as raised,
        locks.database_lock(second, "backup"),
    ):
        pass

    assert raised.value.code == ExitCode.LOCKED
    assert re.fullmatch(
        r"The lock of backup is held by 'ops backup by .+@.+ \(\d+\)' since .+: it runs once at a "
        r"time\. Wait until that run has ended, then run this again\.",
        str(raised.value),
    )


def test_procedures_do_not_hold_each_other_up(server: Server) -> None:
    with (
        session(server) as first,
        session(server) as second,
        locks.database_lock(first, "backup"),
        locks.database_lock(second, "restore"),
    ):
        pass


def test_a_lock_in_the_database_is_given_back(server: Server) -> None:
    with session(server) as first, session(server) as second:
        with locks.database_lock(first, "backup"):
            pass
        with locks.database_lock(second, "backup"):
            pass


def test_a_lock_ends_with_its_session_and_its_holder_is_told(server: Server) -> None:
    with session(server) as first, session(server) as second:
        with locks.database_lock(first, "backup") as lock:
            lock.check()
            second.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid])
            with pytest.raises(OpsError, match="The connection that held the lock was cut"):
                lock.check()
        with locks.database_lock(second, "backup"):
            pass


def hold(folder: Path, ready: Event) -> None:
    with locks.file_lock(folder, "media-backup"):
        ready.set()
        signal.pause()


def test_a_file_lock_is_held_once_and_ends_with_its_holder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    holder = context.Process(target=hold, args=(tmp_path, ready))
    holder.start()
    assert ready.wait(60)

    with pytest.raises(OpsError) as raised, locks.file_lock(tmp_path, "media-backup"):
        pass
    holder.kill()
    holder.join()
    with locks.file_lock(tmp_path, "media-backup"):
        pass

    assert raised.value.code == ExitCode.LOCKED
    assert f"({holder.pid})" in str(raised.value)
