import json

import pytest

from scripts.console import Console

ROWS = [{"id": "a", "size_bytes": 3}, {"id": "[bold]b", "size_bytes": None}]


def test_json_is_the_only_thing_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(as_json=True)
    console.say("Working …")
    console.warn("One [thing] is odd.")
    console.show("Backups", ROWS)

    written = capsys.readouterr()
    assert json.loads(written.out) == ROWS
    assert written.err == "Working …\n! One [thing] is odd.\n"


def test_one_result_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    Console(as_json=True).show_one("Backup", ROWS[0])
    assert json.loads(capsys.readouterr().out) == ROWS[0]


def test_a_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Console().show("Backups", ROWS)

    shown = capsys.readouterr().out
    assert "[bold]b" in shown
    assert "size bytes" in shown


def test_the_first_column_stays_whole_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "48")
    row = {"id": "20261127T231239Z-25e5dc", "database": "messaging", "verified": "yes, on a Sunday"}
    Console().show("Backups", [row])
    assert "20261127T231239Z-25e5dc" in capsys.readouterr().out


def test_nothing_of_a_table_is_cut_off_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    Console().show("Old", [{"1": "a" * 60, "2": "b" * 20, "3": "c" * 20}])
    shown = capsys.readouterr().out
    assert [shown.count(letter) for letter in "abc"] == [60, 20, 20]


def test_no_rows_are_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    Console().show("Backups", [])
    assert capsys.readouterr().out == "Backups: none\n"


def test_progress_is_silent_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Console().progress() as progress:
        progress.advance(progress.add_task("Tables", total=1))
    assert capsys.readouterr() == ("", "")
