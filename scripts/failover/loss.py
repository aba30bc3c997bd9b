"""How much of what the primary has written the standby does not have."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scripts import postgresql
from scripts.failover.observation import Observed

_STOPPED_AT = re.compile(r" at ([0-9A-F]+)/([0-9A-F]+): [^:]*(?::[^:]*)?$")
_STOPPED_IN = re.compile(r"in log segment [0-9A-F]{8}([0-9A-F]{8})([0-9A-F]{8}), offset (\d+)")
_NOTHING_AFTER = "could not find a valid record after"

_LOG_BYTES = 1 << 32
"""How much of the write-ahead log the first number of a position counts."""


@dataclass(frozen=True, kw_only=True)
class Lag:
    """How far the standby is behind.

    Args:
        size_bytes: of write-ahead log; None when nobody can tell any more.
        seconds: since the last commit that the standby has. Whatever is lost was committed within
            them. None when it has replayed no commit since it started.
    """

    size_bytes: int | None
    seconds: float | None

    def __str__(self) -> str:
        size = "unknown bytes" if self.size_bytes is None else f"{self.size_bytes:,} bytes"
        if self.size_bytes == 0:
            return size
        age = "no commit seen" if self.seconds is None else f"last commit {self.seconds:.1f} s ago"
        return f"{size}, {age}"


def lag(primary: Observed, standby: Observed, primary_data: Path | None) -> Lag:
    """Return the lag, from the primary itself or from the data that it left.

    Args:
        primary_data: data directory of a primary that is lost, where it can be read.
    """
    received = standby.position
    written = primary.position
    if written is None and primary_data is not None and received is not None:
        written = end_of_log(primary_data, received)
    if written is None or received is None:
        return Lag(size_bytes=None, seconds=standby.silence_seconds)
    return Lag(size_bytes=max(written - received, 0), seconds=standby.silence_seconds)


def end_of_log(data: Path, start: int) -> int | None:
    """Return where the write-ahead log in a data directory ends, in bytes; None if it is not told.

    That is all that the primary has written, so at least all that it has acknowledged
    (PostgreSQL, pg_waldump).

    Args:
        start: a position that is there.
    """
    log = data / "pg_wal"
    try:
        major = int((data / "PG_VERSION").read_text())
        # The server was on the newest timeline that it has; it keeps files of older ones.
        last = max(log.glob("[0-9A-F]" * 24))
        segment_bytes = last.stat().st_size
    except (OSError, ValueError):
        return None
    timeline = int(last.name[:8], 16)
    program = postgresql.program("pg_waldump", major)
    command = [program, "--quiet", f"--path={log}", f"--timeline={timeline}"]
    command.append(f"--start={position_text(start)}")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return _stopped_at(ran.stderr.strip(), start, segment_bytes)


def _stopped_at(said: str, start: int, segment_bytes: int) -> int | None:
    """pg_waldump always ends with an error: what it says is where the valid log stops."""
    if _NOTHING_AFTER in said:
        return start
    if found := _STOPPED_IN.search(said):
        log, segment, offset = int(found[1], 16), int(found[2], 16), int(found[3])
        return log * _LOG_BYTES + segment * segment_bytes + offset
    if found := _STOPPED_AT.search(said):
        return int(found[1], 16) * _LOG_BYTES + int(found[2], 16)
    return None


def position_text(position: int) -> str:
    """Return a position as PostgreSQL writes it."""
    return f"{position // _LOG_BYTES:X}/{position % _LOG_BYTES:X}"
