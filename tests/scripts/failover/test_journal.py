from pathlib import Path

import pytest

from scripts.failover import journal
from scripts.faults import OpsError

ABOUT = {"standby": "db2:5432"}


def test_what_was_begun_is_unfinished_until_it_ends(tmp_path: Path) -> None:
    file = tmp_path / "log" / "failover.jsonl"
    assert not journal.unfinished(file, "db2:5432")

    journal.write(file, journal.BEGUN, ABOUT)
    assert journal.unfinished(file, "db2:5432")
    assert not journal.unfinished(file, "db3:5432")

    journal.write(file, journal.FINISHED, ABOUT)
    assert not journal.unfinished(file, "db2:5432")


def test_a_line_that_a_killed_run_left_hides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "failover.jsonl"
    journal.write(file, journal.BEGUN, ABOUT)
    with file.open("a") as handle:
        handle.write('{"time": "2026')

    journal.write(file, journal.GIVEN_UP, ABOUT)

    assert not journal.unfinished(file, "db2:5432")


def test_a_record_that_cannot_be_written_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="Make room there, or set FAILOVER_LOG to a file"):
        journal.write(tmp_path, journal.BEGUN, ABOUT)
