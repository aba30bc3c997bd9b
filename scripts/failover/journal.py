"""The record of every failover: JSON lines that say who began and finished what, and when."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts import locks
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

BEGUN, PROMOTING, FINISHED, GIVEN_UP = "begun", "promoting", "finished", "given up"


def write(file: Path, event: str, facts: Mapping[str, Any]) -> None:
    """Append a line and make it last.

    Raises:
        OpsError: the file cannot be written.
    """
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "procedure": "failover",
        "by": locks.whoami("failover"),
        "event": event,
        **facts,
    }
    text = json.dumps(line, ensure_ascii=False, default=str)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as handle:
            # A line that a killed run left unfinished must not swallow this one.
            torn = handle.tell() and not _ends_a_line(file)
            handle.write(f"\n{text}\n" if torn else f"{text}\n")
            handle.flush()
            os.fsync(handle.fileno())
    except OSError as error:
        raise OpsError(
            f"The record of failovers cannot be written: {error}. Make room there, or set "
            "FAILOVER_LOG to a file that you may write.",
            ExitCode.MISCONFIGURED,
        ) from None


def unfinished(file: Path, standby: str) -> bool:
    """Whether the last failover to this standby was begun and neither finished nor given up."""
    last = _about(file, standby)[-1:]
    return bool(last) and last[0].get("event") in {BEGUN, PROMOTING}


def promoting(file: Path, asked: Mapping[str, Any]) -> bool:
    """Whether this standby was asked to become the primary, and no run has come to an end since.

    It may become one at any moment.

    Args:
        asked: what was written about it, with the standby and its instance.
    """
    found = False
    for line in _about(file, asked["standby"]):
        is_same = line.get("instance") == asked["instance"]
        found = (line.get("event") == PROMOTING and is_same) or (
            found and line.get("event") == BEGUN
        )
    return found


def finished(file: Path, facts: Mapping[str, Any], within: timedelta) -> datetime | None:
    """Return when the last failover of these facts was finished.

    None when it was not, or longer ago than `within`.
    """
    now = datetime.now(UTC)
    found = None
    for line in _lines(file):
        try:
            known = json.loads(line)
            then = datetime.fromisoformat(known["time"])
            if all(known[name] == facts[name] for name in facts):
                is_recent = timedelta(0) <= now - then <= within
                found = then if known["event"] == FINISHED and is_recent else None
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _about(file: Path, standby: str) -> list[dict[str, Any]]:
    """Return what was written about a standby, in its order."""
    found: list[dict[str, Any]] = []
    for line in _lines(file):
        with suppress(ValueError):
            known = json.loads(line)
            if known.get("standby") == standby:
                found.append(known)
    return found


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OpsError(
            f"The record of failovers cannot be read: {error}. Set FAILOVER_LOG to a file that "
            "you may read and write.",
            ExitCode.MISCONFIGURED,
        ) from None


def _ends_a_line(file: Path) -> bool:
    with file.open("rb") as handle:
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"
