"""Killed at any moment: nothing that could be picked is unfinished, nothing live is lost."""

from scripts.backup.objects import check
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import NOW, Bench
from tests.scripts.killing import killed, moments, unlocked

SCRIPT = """
    CREATE TABLE t AS SELECT n, repeat(md5(n::text), 9) AS body FROM generate_series(1, 400) n;
    CREATE TABLE u AS SELECT 'backed up' AS state;
    ALTER TABLE t ADD PRIMARY KEY (n);
"""


def test_a_killed_backup_is_none_and_the_next_run_cleans_up(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT)
    unlocked(lambda: bench.backup("live"))

    for moment in moments(lambda: bench.backup("live")):
        killed(lambda: bench.backup("live"), moment)
        picked = bench.find("latest")
        for stored in picked.objects:
            check(bench.repository.place(picked.id), stored)

    whole = {manifest.id for manifest, _ in bench.repository.listing().finished}
    assert {key.split("/")[1] for key in bench.written()} > whole, "some had written when they died"
    unlocked(lambda: bench.backup("live", abandoned_after=NOW))
    finished = {manifest.id for manifest, _ in bench.repository.listing().finished}
    assert {key.split("/")[1] for key in bench.written()} == finished
    assert bench.store.uploads(bench.bucket) == []
    bench.restore(bench.find("latest"), "back")
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

    def begin_anew() -> None:
        bench.server.drop_all()
        awkward.create(bench.server, "live", "CREATE TABLE u AS SELECT 'old' AS state")

    seen: set[str] = set()
    for moment in moments(restore, begin_anew):
        begin_anew()
        killed(restore, moment)
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
