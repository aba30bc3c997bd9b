import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from scripts import leftovers
from scripts.backup import scratch
from scripts.failover.waiting import until
from tests.services.postgresql import BIN

FORK = multiprocessing.get_context("fork")


def killed(work: Callable[[Event], None]) -> None:
    """Let work begin in a process of its own, and kill that one once it says so."""
    ready = FORK.Event()
    process = FORK.Process(target=work, args=(ready,))
    process.start()
    assert ready.wait(60)
    process.kill()
    process.join()


def folders(base: Path) -> list[Path]:
    return sorted(base.glob("ops-*"))


def hold(base: Path, ready: Event) -> None:
    with leftovers.temporary_folder("restore", str(base)) as folder:
        (folder / "rows").write_text("of somebody")
        ready.set()
        signal.pause()


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    killed(lambda ready: hold(tmp_path, ready))
    (left,) = folders(tmp_path)

    with leftovers.temporary_folder("restore", str(tmp_path)) as folder:
        assert folders(tmp_path) == [folder]

    assert not left.exists()
    assert folders(tmp_path) == []


def test_a_run_that_lives_keeps_its_folder(tmp_path: Path) -> None:
    ready = FORK.Event()
    living = FORK.Process(target=hold, args=(tmp_path, ready))
    living.start()
    try:
        assert ready.wait(60)
        (theirs,) = folders(tmp_path)
        with leftovers.temporary_folder("restore", str(tmp_path)):
            assert (theirs / "rows").exists()
    finally:
        living.kill()
        living.join()


def test_neither_another_users_nor_another_procedures_nor_a_link_is_touched(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ops-restore-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "ops-verify-1").mkdir()
    kept = [tmp_path / "ops-restore-link", tmp_path / "ops-verify-1"]
    if not os.getuid():
        (tmp_path / "ops-restore-others").mkdir()
        shutil.chown(tmp_path / "ops-restore-others", "nobody")
        kept.insert(1, tmp_path / "ops-restore-others")

    with leftovers.temporary_folder("restore", str(tmp_path)) as folder:
        assert sorted(set(folders(tmp_path)) - {folder}) == kept

    assert (tmp_path / "elsewhere").exists()


def test_a_number_that_is_somebody_elses_by_now_ends_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "ops-verify-1" / "data"
    folder.mkdir(parents=True)
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n")

    assert leftovers.sweep([tmp_path / "ops-verify-1"]) == [tmp_path / "ops-verify-1"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the server's user reaches; pytest's folders are nobody else's."""
    with tempfile.TemporaryDirectory(prefix="trial-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.mark.skipif(not (BIN / "initdb").exists(), reason="PostgreSQL 15 is not installed")
def test_the_server_of_a_killed_trial_is_ended_by_the_next(open_folder: Path) -> None:
    def serve(ready: Event) -> None:
        with scratch.server(15, [], str(open_folder)):
            ready.set()
            signal.pause()

    killed(serve)
    (file,) = open_folder.glob("ops-verify-*/server/data/postmaster.pid")
    process = Path(f"/proc/{file.read_text().splitlines()[0]}/cwd")
    assert process.samefile(file.parent), "the server outlives its killed run"

    with leftovers.temporary_folder("verify", str(open_folder)) as folder:
        assert folders(open_folder) == [folder]

    assert until(lambda: not process.exists(), 60)
