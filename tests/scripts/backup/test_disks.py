"""Disks that are full: nothing half-written counts, and its space is given back."""

import shutil
from collections.abc import Generator

import pytest

from scripts.backup import scratch
from scripts.backup.verify import VerifyRequest, run_verify
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench, ignore
from tests.services.small_disk import small_disk, used

MIB = 1 << 20

# Rows that no compression makes small.
SCRIPT = """
    CREATE TABLE t AS SELECT n, (
        SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 100) m) AS body
    FROM generate_series(1, {rows}) n
"""


def test_a_full_disk_costs_the_local_copy_and_not_the_backup(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT.format(rows=3000))
    with small_disk(2) as disk:
        with pytest.raises(OpsError) as raised:
            bench.backup("live", keep_local=disk, chunk_bytes=2 * MIB)

        made = bench.find("latest")
        assert str(raised.value).startswith(
            f"Backup {made.id} is whole in the bucket, but there was no room for its copy in "
            f"{disk}, which was removed: it has {made.size:,} bytes, and "
        )
        assert raised.value.code == ExitCode.FAILED
        assert (list(disk.iterdir()), used(disk)) == ([], 0)
    bench.restore(made, "back")
    assert awkward.dumped(bench.server, "back") == awkward.dumped(bench.server, "live")


def test_a_trial_without_room_is_no_damage(bench: Bench) -> None:
    awkward.create(bench.server, "live", SCRIPT.format(rows=20000))
    manifest = bench.backup("live", chunk_bytes=16 * MIB)
    with small_disk(80) as disk:
        request = VerifyRequest(manifest=manifest, jobs=2, folder=str(disk))
        with pytest.raises(OpsError) as raised:
            run_verify(bench.repository, request, report=bench.said.append, advance=ignore)

        assert str(raised.value).startswith(
            f"The server for the trial has no room left in {disk}, whose disk has {80 * MIB:,} "
        )
        assert (list(disk.iterdir()), used(disk)) == ([], 0)
    assert bench.repository.verification(manifest.id) is None, "nothing was proven or refuted"


def test_a_server_for_a_trial_that_does_not_fit_at_all_is_told() -> None:
    with (
        small_disk(8) as disk,
        pytest.raises(OpsError, match=r"could not be started: .*No space left on device"),
        scratch.server(15, [], str(disk)),
    ):
        pass


@pytest.fixture
def full_tablespace(bench: Bench) -> Generator[str]:
    """A tablespace of the server that has room for its tables once and not twice."""
    with small_disk(24) as disk:
        shutil.chown(disk, bench.server.folder.owner())
        bench.server.run(f"CREATE TABLESPACE small LOCATION '{disk}'")
        yield "small"
        bench.server.drop_all()
        bench.server.run("DROP TABLESPACE small")


def test_a_full_disk_of_the_server_leaves_the_live_database_as_it_was(
    bench: Bench, full_tablespace: str
) -> None:
    awkward.create(bench.server, "live", SCRIPT.format(rows=4000))
    bench.server.run(f"ALTER TABLE t SET TABLESPACE {full_tablespace}", "live")
    before = awkward.dumped(bench.server, "live")
    manifest = bench.backup("live", chunk_bytes=16 * MIB)

    with pytest.raises(Exception) as raised:
        bench.restore(manifest, "live", replace=True, confirmed="live")

    fault = explained(raised.value)
    assert fault and str(fault).startswith("The disk of the PostgreSQL server is full: could not ")
    assert bench.server.databases() == ["live"]
    assert awkward.dumped(bench.server, "live") == before


def test_a_full_temporary_folder_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    awkward.create(bench.server, "live", SCRIPT.format(rows=10))
    manifest = bench.backup("live")
    with small_disk(1) as disk:
        (disk / "filler").write_bytes(b"x" * shutil.disk_usage(disk).free)
        monkeypatch.setattr("tempfile.tempdir", str(disk))

        with pytest.raises(OpsError, match=rf"could not be written to {disk}/ops-restore-.*TMPDIR"):
            bench.restore(manifest, "back")

        assert [path.name for path in disk.iterdir()] == ["filler"]
    assert bench.server.databases() == ["live"]
