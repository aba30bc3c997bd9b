"""What is kept of incidents: a log for people, an audit record for programs, the last action."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from scripts import clock
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

Outcome = Literal["acting", "done", "failed"]


@dataclass(frozen=True, kw_only=True)
class Action:
    """The last time that something was done about a kind of incident.

    Args:
        began: in UTC.
        outcome: `acting` also when the process died over it.
        boot: the start of the machine since which `uptime` counts.
        uptime: seconds.
    """

    began: datetime
    outcome: Outcome
    boot: str = field(default_factory=clock.boot)
    uptime: float = field(default_factory=clock.uptime)

    def age(self, now: datetime) -> timedelta:
        """Return how long ago it was; negative when it was in a time to come.

        A clock that was set since changes nothing unless the machine was started anew as well.
        """
        if self.boot and self.boot == clock.boot():
            return timedelta(seconds=clock.uptime() - self.uptime)
        return now - self.began


@dataclass(frozen=True, kw_only=True)
class Book:
    """Where records are kept.

    Args:
        log: the guide's `/var/log/incidents.log`.
        folder: of the audit record and of the last actions.
    """

    log: Path
    folder: Path

    @property
    def audit(self) -> Path:
        """The file with one JSON object a line."""
        return self.folder / "incidents.jsonl"

    def note(self, kind: str, now: datetime) -> None:
        """Add a line to the log, in the guide's form. A line is written whole or not at all."""
        _append(self.log, f"{now:%Y-%m-%dT%H:%M:%SZ} - Incident: {kind}\n")

    def keep(self, entry: dict[str, Any]) -> None:
        """Add an entry to the audit record."""
        _append(self.audit, json.dumps(entry, ensure_ascii=False, default=str) + "\n")

    def last_action(self, kind: str) -> Action | None:
        """Return what was last done about a kind of incident.

        Raises:
            OpsError: the file is not what was written.
        """
        file = self._action_file(kind)
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            return Action(
                began=datetime.fromisoformat(told["began"]),
                outcome=told["outcome"],
                boot=told.get("boot", ""),
                uptime=told.get("uptime", 0.0),
            )
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError):
            raise OpsError(
                f"{file} is damaged, so nobody knows whether this was acted on just now. Find out, "
                "then run this again with --force.",
                ExitCode.DAMAGED,
            ) from None

    def remember(self, kind: str, action: Action) -> None:
        """Keep what is being done, on disk before anything is done: it outlives a crash."""
        file = self._action_file(kind)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as written:
            json.dump(asdict(action), written, default=str)
            written.flush()
            os.fsync(written.fileno())
        new.replace(file)

    def _action_file(self, kind: str) -> Path:
        return self.folder / "incidents" / f"{kind}.json"


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
