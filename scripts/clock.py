"""What time it is by clocks other than this machine's, which may have been set wrong."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

NEVER: Final = datetime.min.replace(tzinfo=UTC)


def of(answer: Mapping[str, Any], otherwise: datetime = NEVER) -> datetime:
    """Return when AWS answered, by the clock that its objects are dated by (header `Date`).

    Args:
        otherwise: without that header; the beginning of all time lets nothing look old.
    """
    headers: Mapping[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    date = headers.get("date")
    return parsedate_to_datetime(date) if date else otherwise


def boot() -> str:
    """Return what tells one start of this machine from another (Linux, random(4)); may be empty."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def uptime() -> float:
    """Return the seconds since this machine was started, its sleep included; nobody sets them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
