"""Clocks that jump, at any of the three: this machine's, S3's and the database's.

`latest` is what was made last. Nothing is removed on the word of one clock.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from scripts import clock
from scripts.backup import local
from scripts.backup.manifest import Manifest, seal
from scripts.backup.repository import MANIFEST, ROOT, STAMP, made_at
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench

JUMPS = pytest.mark.parametrize("days", [-365, -1, 1, 365])


@pytest.fixture
def made(bench: Bench) -> Manifest:
    awkward.create(bench.server, "live", "CREATE TABLE t AS SELECT 1 AS x")
    return bench.backup("live")


def set_clock_of_s3(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """S3 says another time from now on; what it has dated until now stays."""
    real = clock.of

    def of(answer: dict[str, object], otherwise: datetime = clock.NEVER) -> datetime:
        return real(answer, otherwise) + timedelta(days=days)

    monkeypatch.setattr(clock, "of", of)


class Here(datetime):
    """This machine's clock."""

    wrong_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz or UTC) + cls.wrong_by


def set_clock_here(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(Here, "wrong_by", timedelta(days=days))
    monkeypatch.setattr(local, "datetime", Here)


@JUMPS
def test_latest_is_what_was_made_last_whatever_s3_says(
    bench: Bench, made: Manifest, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock_of_s3(monkeypatch, days)
    second = bench.backup("live")
    monkeypatch.undo()
    third = bench.backup("live")

    assert made.id < second.id < third.id
    assert bench.find("latest") == third
    listed = [found.id for found, _ in bench.repository.listing().finished]
    assert listed == [third.id, second.id, made.id]


def test_two_backups_of_one_second_are_in_order(bench: Bench, made: Manifest) -> None:
    repository = bench.repository
    names = [made.id]
    for _ in range(3):
        names.append(repository.next_id())
        key = f"{ROOT}{names[-1]}/{MANIFEST}"
        bench.store.client().put_object(Bucket=bench.bucket, Key=key, Body=b"{}")

    assert names == sorted(names)
    assert len({made_at(name) for name in names}) == len(names)


def copies(root: Path, made: Manifest, *days: float) -> list[str]:
    """Put whole copies of that age there, by name and manifest; return their names."""
    names: list[str] = []
    for age in days:
        at = made.snapshot_at - timedelta(days=age)
        name = f"{at:{STAMP}}-abcdef"
        manifest = made.model_copy(update={"id": name, "snapshot_at": at})
        (root / name).mkdir()
        (root / name / MANIFEST).write_bytes(seal(manifest))
        names.append(name)
    return names


def kept(root: Path, backup: str) -> list[str]:
    with local.keeping(root, backup) as folder:
        return sorted(path.name for path in root.iterdir() if path != folder)


@JUMPS
def test_this_machines_clock_alone_removes_no_copy(
    made: Manifest, days: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = copies(tmp_path, made, 6, 3, 1)
    set_clock_here(monkeypatch, days)
    assert kept(tmp_path, made.id) == names


@JUMPS
def test_s3s_clock_alone_removes_no_copy(
    made: Manifest, days: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = copies(tmp_path, made, 6, 3, 1)
    at = made_at(made.id) + timedelta(days=days)
    assert kept(tmp_path, f"{at:{STAMP}}-fedcba") == names


def test_a_copy_whose_manifest_is_younger_than_its_name_stays(
    made: Manifest, tmp_path: Path
) -> None:
    """It was made while the clock was a year behind."""
    (young,) = copies(tmp_path, made, 1)
    renamed = tmp_path / "20200101T000000Z-abcdef"
    (tmp_path / young).rename(renamed)
    names = copies(tmp_path, made, 9, 2)

    assert kept(tmp_path, made.id) == [renamed.name, names[1]]


def test_the_newest_copy_stays_until_there_is_another_one(made: Manifest, tmp_path: Path) -> None:
    names = copies(tmp_path, made, 40, 30)
    assert kept(tmp_path, made.id) == names[1:]


def test_what_another_run_is_writing_stays(made: Manifest, tmp_path: Path) -> None:
    """A backup of another database, with the same folder."""
    with local.keeping(tmp_path, "20260101T000000Z-abcdef") as theirs:
        assert theirs
        with local.keeping(tmp_path, made.id):
            assert theirs.exists()


@JUMPS
def test_an_upload_that_runs_is_not_given_up_for_this_machines_clock(
    bench: Bench, made: Manifest, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup of another database, in the same bucket."""
    client = bench.store.client()
    running = f"{ROOT}20260101T000000Z-abcdef/data/000001.zst"
    client.put_object(Bucket=bench.bucket, Key=running, Body=b"rows")
    set_clock_here(monkeypatch, days)

    bench.backup("live")

    assert running in bench.written()


def test_what_s3_does_not_date_is_not_old(bench: Bench, made: Manifest) -> None:
    """An S3 that names no time in its answers."""
    assert clock.of({}) == clock.NEVER
    assert clock.NEVER - made.snapshot_at < timedelta(0)


def dated(bench: Bench, made: Manifest, **times: datetime) -> list[str]:
    """Publish backups as if made one after the other, each of a moment by the database's clock."""
    names: list[str] = []
    for number, at in enumerate(times.values(), start=1):
        name = f"{made_at(made.id) + timedelta(hours=number):{STAMP}}-abcdef"
        bench.repository.publish(made.model_copy(update={"id": name, "snapshot_at": at}))
        names.append(name)
    return names


def test_a_time_about_which_clocks_contradict_each_other_is_refused(
    bench: Bench, made: Manifest
) -> None:
    """The database's clock was set back by a day between the first and the second."""
    at = made.snapshot_at
    day, hour = timedelta(days=1), timedelta(hours=1)
    first, second = dated(bench, made, first=at + 5 * hour, second=at + 5 * hour - day)
    bench.store.client().delete_object(Bucket=bench.bucket, Key=f"{ROOT}{made.id}/{MANIFEST}")

    with pytest.raises(OpsError) as raised:
        bench.find(None, at + 4 * hour)

    assert raised.value.code == ExitCode.REFUSED
    assert f"was set between backups {first} and {second}: the first" in str(raised.value)
    assert bench.find(None, at + 6 * hour).id == second, "no clock contradicts that"
    assert bench.find("latest").id == second
