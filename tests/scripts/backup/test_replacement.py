"""The rename that puts a restored database in its place."""

from datetime import UTC, datetime, tzinfo

import pytest

from scripts.backup import replacement
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench


class OneMoment(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=tz or UTC)


def test_two_replacements_in_one_second_keep_both_old_databases(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacement, "datetime", OneMoment)
    for name in ("live", "second", "third"):
        awkward.create(bench.server, name, f"CREATE TABLE t AS SELECT '{name}' AS state")
    with bench.server.connect() as session:
        kept = [
            replacement.put_in_place(session, bench.connection("live"), fresh, "a backup")
            for fresh in ("second", "third")
        ]
    assert kept == ["live_until_20260102_030405", "live_until_20260102_030405_2"]
    assert bench.server.databases() == ["live", *kept]
