"""Killed at any moment: nothing that could be picked is unfinished, nothing live is lost."""

import multiprocessing
import random
import time
from collections.abc import Callable

from scripts.backup.objects import check
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import NOW, Bench

KILLS = 50
PATIENCE_SECONDS = 60

SCRIPT = """
    CREATE TABLE t AS SELECT n, repeat(md5(n::text), 9) AS body FROM generate_series(1, 400) n;
    CREATE TABLE u AS SELECT 'backed up' AS state;
    ALTER TABLE t ADD PRIMARY KEY (n);
"""

FORK = multiprocessing.get_context("fork")


def seconds_of(work: Callable[[], object]) -> float:
    began = time.monotonic()
    in_process(work, None)
    return time.monotonic() - began


def in_process(work: Callable[[], object], kill_after: float | None) -> None:
    """Run work in a process of its own, and kill it -9 after a time unless it ends before."""
    process = FORK.Process(target=work)
    process.start()
    process.join(PATIENCE_SECONDS if kill_after is None else kill_after)
    process.kill()
    process.join()
    process.close()


def unlocked(work: Callable[[], object]) -> None:
    """Run work as soon as the server has seen that the last holder of the lock is gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            work()
        except OpsError as error:
            if error.code != ExitCode.LOCKED or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def moments(whole: float) -> list[float]:
    """Return times spread over the whole of a run, and a little beyond its end."""
    dice = random.Random(15)  # noqa: S311
    return [whole * 1.1 * (point + dice.random()) / KILLS for point in range(KILLS)]


def test_a_killed_backup_is_none_and_the_next_run_cleans_up(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT)
    unlocked(lambda: bench.backup("live"))

    for moment in moments(seconds_of(lambda: bench.backup("live"))):
        in_process(lambda: bench.backup("live"), moment)
        picked = bench.repository.find("latest")
        for stored in picked.objects:
            check(bench.repository.place(picked.id), stored)

    unlocked(lambda: bench.backup("live", abandoned_after=NOW))
    finished = {manifest.id for manifest, _ in bench.repository.all()}
    assert {key.split("/")[1] for key in bench.written()} == finished
    assert bench.store.uploads(bench.bucket) == []
    bench.restore(bench.repository.find("latest"), "back")
    assert awkward.dumped(bench.server, "back") == awkward.dumped(bench.server, "live")


def test_a_killed_restore_leaves_the_old_database_or_the_new_one(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT)
    manifest = bench.backup("live")
    restored = awkward.dumped(bench.server, "live")
    bench.server.drop_all()
    awkward.create(bench.server, "live", "CREATE TABLE u AS SELECT 'old' AS state")
    old = awkward.dumped(bench.server, "live")

    def restore() -> None:
        bench.restore(manifest, "live", replace=True, confirmed="live")

    seen: set[str] = set()
    whole = seconds_of(restore)
    for moment in moments(whole):
        bench.server.drop_all()
        awkward.create(bench.server, "live", "CREATE TABLE u AS SELECT 'old' AS state")
        in_process(restore, moment)
        found = awkward.dumped(bench.server, "live")
        assert found in (old, restored)
        seen.add("new" if found == restored else "old")
        if found == restored:
            kept = next(name for name in bench.server.databases() if "_until_" in name)
            assert awkward.dumped(bench.server, kept) == old

    unlocked(restore)
    assert not any("_restoring_" in name for name in bench.server.databases())
    assert awkward.dumped(bench.server, "live") == restored
    assert "old" in seen
