"""What time it is by clocks other than this machine's, which may have been set wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

NEVER: Final = datetime.min.replace(tzinfo=UTC)


def of(answer: Mapping[str, Any]) -> datetime:
    """Return when AWS answered, by the clock that its objects are dated by (header `Date`).

    Without that header it is the beginning of all time: nothing is old then.
    """
    headers: Mapping[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    date = headers.get("date")
    return parsedate_to_datetime(date) if date else NEVER
