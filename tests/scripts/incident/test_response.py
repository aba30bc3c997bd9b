import errno
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from scripts import clock
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.incident import response
from scripts.incident.record import Book
from scripts.incident.response import Act, Incident, Response
from scripts.incident.telling import Channel
from tests.services.small_disk import small_disk

ROOT = Path(__file__).parents[3]
DOWN = Incident(kind="database_down", environment="prod", cooldown=timedelta(minutes=15))


class Rehearsal:
    """A response with an action that counts, and one channel that hears."""

    def __init__(self, folder: Path) -> None:
        self.book = Book(log=folder / "log" / "incidents.log", folder=folder / "state")
        self.acted = 0
        self.heard: list[str] = []
        self.channels: dict[str, Channel] = {"Slack": self.heard.append}

    def act(self) -> str:
        self.acted += 1
        return "Switched."

    def run(self, incident: Incident = DOWN, do: Callable[[], str] | None = None) -> Response:
        act = Act(plan="it would be switched", do=do or self.act)
        actions = {"database_down": act, "high_error_rate": act}
        return response.respond(incident, actions, self.channels, self.book)

    @property
    def log(self) -> list[str]:
        return self.book.log.read_text().splitlines() if self.book.log.exists() else []

    @property
    def audit(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.book.audit.read_text().splitlines()]


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path)


def fail() -> str:
    raise OpsError("The replica is behind.", ExitCode.REFUSED)


def unreachable(_text: str) -> None:
    raise OpsError("no answer within 5 s", ExitCode.UNREACHABLE)


def test_an_incident_is_noted_told_and_acted_on(rehearsal: Rehearsal) -> None:
    found = rehearsal.run()

    assert (found.outcome, found.detail, found.told) == ("done", "Switched.", ("Slack",))
    assert found.faults == ()
    assert rehearsal.acted == 1
    assert len(rehearsal.log) == 1
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ - Incident: database_down", rehearsal.log[0]
    )
    assert rehearsal.heard == [
        "Incident in prod: database_down",
        "Incident in prod: database_down: Switched.",
    ]


def test_the_audit_record_is_a_line_of_json(rehearsal: Rehearsal) -> None:
    rehearsal.run()

    (entry,) = rehearsal.audit
    assert entry["kind"] == "database_down"
    assert entry["outcome"] == "done"
    assert entry["told"] == ["Slack"]
    assert str(entry["by"]).startswith("ops incident by ")


def test_an_unknown_kind_is_noted_and_told_only(rehearsal: Rehearsal) -> None:
    found = rehearsal.run(replace(DOWN, kind="coffee_is_out"))

    assert (found.outcome, found.told) == ("notified", ("Slack",))
    assert rehearsal.acted == 0
    assert rehearsal.heard == ["Incident in prod: coffee_is_out"]


@pytest.mark.parametrize("kind", ["", "a b", "../x", "two\nlines", "X", "x" * 65])
def test_a_kind_that_is_no_name_is_refused_and_nothing_is_written(
    kind: str, rehearsal: Rehearsal
) -> None:
    with pytest.raises(OpsError, match="The kind of an incident is a name") as raised:
        rehearsal.run(replace(DOWN, kind=kind))

    assert raised.value.code == ExitCode.USAGE
    assert rehearsal.log == []


def test_the_same_kind_does_not_act_twice_but_is_noted_and_told(rehearsal: Rehearsal) -> None:
    rehearsal.run()
    found = rehearsal.run()

    assert found.outcome == "suppressed"
    assert "which succeeded, and within 15 min it is done once." in found.detail
    assert rehearsal.acted == 1
    assert len(rehearsal.log) == 2
    assert rehearsal.heard.count("Incident in prod: database_down") == 2


def test_another_kind_acts_meanwhile(rehearsal: Rehearsal) -> None:
    rehearsal.run()
    assert rehearsal.run(replace(DOWN, kind="high_error_rate")).outcome == "done"


def test_after_the_cooldown_it_acts_again(rehearsal: Rehearsal) -> None:
    rehearsal.run()
    assert rehearsal.run(replace(DOWN, cooldown=timedelta(0))).outcome == "done"
    assert rehearsal.acted == 2


def test_force_acts_again(rehearsal: Rehearsal) -> None:
    rehearsal.run()
    assert rehearsal.run(replace(DOWN, force=True)).outcome == "done"


def test_people_who_cannot_be_told_do_not_keep_it_from_acting(rehearsal: Rehearsal) -> None:
    rehearsal.channels = {"Slack": unreachable}

    found = rehearsal.run()

    assert found.outcome == "done"
    assert found.told == ()
    assert found.faults == ("Slack could not be told: no answer within 5 s",)


def test_without_any_channel_it_says_that_nobody_was_told(rehearsal: Rehearsal) -> None:
    rehearsal.channels = {}
    assert rehearsal.run().faults == (
        "nobody was told: neither SLACK_WEBHOOK nor ALERT_TOPIC_ARN is set",
    )


def test_a_log_that_cannot_be_written_does_not_keep_it_from_acting(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    rehearsal.book = replace(rehearsal.book, log=tmp_path / "file" / "incidents.log")

    found = rehearsal.run()

    assert found.outcome == "done"
    assert found.faults == (f"{tmp_path}/file/incidents.log could not be written: File exists",)


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


UNKEPT = (
    "{} could not be written (No space left on device), so that the same kind may act again "
    "within its cooldown"
)


def test_a_full_disk_does_not_keep_it_from_acting(rehearsal: Rehearsal) -> None:
    """Not one byte is left for the lock, the log, the last action and the audit record."""
    with small_disk(1) as disk:
        (disk / "rest").write_bytes(bytes(1 << 20))
        rehearsal.book = Book(log=disk / "incidents.log", folder=disk / "state")

        found = rehearsal.run()

    assert (found.outcome, found.detail, rehearsal.acted) == ("done", "Switched.", 1)
    assert found.told == ("Slack",)
    assert UNKEPT.format(rehearsal.book.folder) in found.faults
    assert len(found.faults) == len(set(found.faults)) >= 3


def test_what_was_done_is_done_although_the_disk_fills_meanwhile(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act() -> str:
        monkeypatch.setattr(Book, "remember", full)
        return rehearsal.act()

    found = rehearsal.run(do=act)

    assert (found.outcome, found.detail) == ("done", "Switched.")
    assert found.faults == (UNKEPT.format(rehearsal.book.folder),)


def test_a_lock_file_that_cannot_be_made_does_not_keep_it_from_acting(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    rehearsal.book = replace(rehearsal.book, folder=tmp_path / "file" / "state")

    found = rehearsal.run()

    assert found.outcome == "done"
    assert f"the lock in {tmp_path}/file/state could not be taken: Not a directory" in found.faults


def test_an_action_that_fails_is_told_and_not_repeated_by_itself(rehearsal: Rehearsal) -> None:
    found = rehearsal.run(do=fail)
    again = rehearsal.run()

    assert (found.outcome, found.detail) == ("failed", "The replica is behind.")
    assert rehearsal.heard[1] == "Incident in prod: database_down: The replica is behind."
    assert again.outcome == "suppressed" and "which failed" in again.detail


def test_a_dry_run_does_nothing(rehearsal: Rehearsal) -> None:
    found = rehearsal.run(replace(DOWN, dry_run=True))

    assert (found.outcome, found.detail) == (
        "planned",
        "It would be noted and told, and it would be switched.",
    )
    assert (rehearsal.acted, rehearsal.heard, rehearsal.log) == (0, [], [])


def test_a_record_that_is_damaged_is_not_guessed_at(rehearsal: Rehearsal) -> None:
    rehearsal.run()
    (rehearsal.book.folder / "incidents" / "database_down.json").write_text("{")

    with pytest.raises(OpsError, match=r"database_down\.json is damaged") as raised:
        rehearsal.run()

    assert raised.value.code == ExitCode.DAMAGED
    assert rehearsal.run(replace(DOWN, force=True)).outcome == "done"


ACT_AND_HANG = """
import sys, time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from scripts.incident import response
from scripts.incident.record import Book
folder = Path(sys.argv[1])
def act():
    (folder / "acting").touch()
    time.sleep(3600)
response.respond(
    response.Incident(kind="database_down", environment="prod", cooldown=timedelta(minutes=15)),
    {"database_down": response.Act(plan="", do=act)},
    {},
    Book(log=folder / "log" / "incidents.log", folder=folder / "state"))
"""


def test_another_process_does_not_act_meanwhile_nor_after_a_crash(
    rehearsal: Rehearsal, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", ACT_AND_HANG, tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "acting").exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)

    with pytest.raises(OpsError) as raised:
        rehearsal.run()
    process.kill()
    process.wait()
    after = rehearsal.run()

    assert raised.value.code == ExitCode.LOCKED
    refused, *_ = rehearsal.audit
    assert (refused["outcome"], refused["detail"]) == ("refused", str(raised.value))
    assert after.outcome == "suppressed" and "which was cut off" in after.detail
    assert rehearsal.acted == 0


class Clock(datetime):
    """A clock that is set while an incident is being handled."""

    wrong_by = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz or UTC) + cls.wrong_by


JUMPS = pytest.mark.parametrize("days", [-365, -1, 1, 365])


def set_clock(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    monkeypatch.setattr(Clock, "wrong_by", timedelta(days=days))
    monkeypatch.setattr(response, "datetime", Clock)


@JUMPS
def test_a_clock_that_jumps_neither_shortens_nor_lengthens_the_cooldown(
    rehearsal: Rehearsal, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal.run()
    set_clock(monkeypatch, days)

    assert rehearsal.run().outcome == "suppressed"
    assert rehearsal.run(replace(DOWN, cooldown=timedelta(0))).outcome == "done"


@JUMPS
def test_after_a_restart_with_a_wrong_clock_it_acts(
    rehearsal: Rehearsal, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An action that seems to be of a time to come must not keep it from acting for a year."""
    rehearsal.run()
    set_clock(monkeypatch, days)
    monkeypatch.setattr(clock, "boot", lambda: "another start")

    assert rehearsal.run().outcome == "done"


def test_a_restart_does_not_end_the_cooldown(
    rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsal.run()
    monkeypatch.setattr(clock, "boot", lambda: "another start")
    assert rehearsal.run().outcome == "suppressed"
