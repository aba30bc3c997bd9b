"""The rename that puts a restored database in its place."""

from datetime import UTC, datetime, tzinfo

import psycopg
import pytest

from scripts import postgresql
from scripts.backup import replacement
from scripts.faults import OpsError
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


def test_what_was_kept_of_a_database_with_a_similar_name_is_not_this_ones(bench: Bench) -> None:
    for name in ("app-prod", "fresh"):
        awkward.create(bench.server, name, "CREATE TABLE t (n int)")
    with bench.server.connect() as session:
        kept = replacement.put_in_place(session, bench.connection("app-prod"), "fresh", "a backup")
        assert replacement.kept_databases(session, "app-prod") == [kept]
        assert replacement.kept_databases(session, "app_prod") == []


def test_a_session_that_may_not_be_ended_keeps_no_other_from_being_ended(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replacement, "RENAME_ATTEMPTS", 1)
    for name in ("live", "fresh"):
        awkward.create(bench.server, name, "CREATE TABLE t (n int)")
    bench.server.run(
        "CREATE ROLE keeper LOGIN CREATEDB PASSWORD 'word' IN ROLE pg_signal_backend;"
        "CREATE ROLE visitor LOGIN PASSWORD 'word';"
        "ALTER DATABASE live OWNER TO keeper; ALTER DATABASE fresh OWNER TO keeper"
    )
    connection = {**bench.connection("live"), "user": "keeper", "password": "word"}
    with (
        bench.server.connect("live"),
        postgresql.connect({**connection, "user": "visitor"}, "test") as visitor,
        postgresql.connect(replacement.maintenance(connection), "test") as session,
    ):
        with pytest.raises(OpsError, match="live is in use again and again"):
            replacement.put_in_place(session, connection, "fresh", "a backup")
        with pytest.raises(psycopg.errors.AdminShutdown):
            visitor.execute("SELECT 1")
    bench.server.drop_all()
    bench.server.run("DROP ROLE keeper, visitor")
