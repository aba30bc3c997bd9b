"""Nothing that is live is replaced by mistake."""

import threading
from datetime import timedelta

import pytest

from scripts import postgresql
from scripts.backup import replacement
from scripts.backup import restore as procedure
from scripts.backup.manifest import Manifest
from scripts.backup.repository import Origin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.scripts.backup import awkward
from tests.scripts.backup.conftest import Bench

OLD = "CREATE TABLE u AS SELECT 'old' AS state"
NEW = "CREATE TABLE u AS SELECT 'new' AS state"


@pytest.fixture
def manifest(bench: Bench) -> Manifest:
    """A backup of what `live` was; since then it has changed."""
    awkward.create(bench.server, "live", OLD)
    made = bench.backup("live")
    bench.server.run("UPDATE u SET state = 'new'", "live")
    return made


def state(bench: Bench, database: str = "live") -> str:
    ((found,),) = bench.server.rows("SELECT state FROM u", database)
    return found


def test_a_database_that_is_not_empty_is_left_alone(bench: Bench, manifest: Manifest) -> None:
    with pytest.raises(OpsError) as raised:
        bench.restore(manifest, "live")

    assert raised.value.code == ExitCode.REFUSED
    assert str(raised.value) == (
        f"Database live is not empty; nothing was touched. To put backup {manifest.id} in its "
        "place, add --replace: live is kept under another name."
    )
    assert (state(bench), bench.server.databases()) == ("new", ["live"])


@pytest.mark.parametrize("typed", [None, "", "Live", "yes"])
def test_a_name_that_was_not_typed_replaces_nothing(
    bench: Bench, manifest: Manifest, typed: str | None
) -> None:
    with pytest.raises(OpsError, match="was not confirmed with its name") as raised:
        bench.restore(manifest, "live", replace=True, confirmed=typed)

    assert raised.value.code == ExitCode.REFUSED
    assert (state(bench), bench.server.databases()) == ("new", ["live"])


def test_the_replaced_database_is_kept_until_it_is_said_otherwise(
    bench: Bench, manifest: Manifest
) -> None:
    done = bench.restore(manifest, "live", replace=True, confirmed="live")

    assert state(bench) == "old"
    assert done.kept and state(bench, done.kept) == "new"
    with bench.server.connect() as session:
        assert replacement.kept_databases(session, "live") == [done.kept]
        assert replacement.kept_databases(session, "liv") == []
    replacement.drop_kept(bench.connection("live"), [done.kept])
    assert bench.server.databases() == ["live"]


def test_the_replaced_database_can_be_dropped_at_once(bench: Bench, manifest: Manifest) -> None:
    bench.restore(manifest, "live", replace=True, confirmed="live", drop_old=True)
    assert (state(bench), bench.server.databases()) == ("old", ["live"])


def test_an_empty_database_is_taken_as_it_is(bench: Bench, manifest: Manifest) -> None:
    bench.server.create("empty")

    done = bench.restore(manifest, "empty")

    assert (state(bench, "empty"), done.kept) == ("old", None)
    assert bench.server.databases() == ["empty", "live"]


def test_it_goes_live_although_an_application_connects_again_and_again(
    bench: Bench, manifest: Manifest
) -> None:
    done = threading.Event()

    def application() -> None:
        while not done.is_set():
            try:
                with bench.server.connect("live") as session:
                    session.execute("SELECT pg_sleep(0.2)")
            except Exception:  # noqa: S112
                continue

    threads = [threading.Thread(target=application) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        bench.restore(manifest, "live", replace=True, confirmed="live")
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert state(bench) == "old"


def test_a_long_name_keeps_its_suffix(bench: Bench, manifest: Manifest) -> None:
    name = "ü" * 31
    awkward.create(bench.server, name, NEW)

    done = bench.restore(manifest, name, replace=True, confirmed=name)

    assert state(bench, name) == "old"
    assert done.kept and "_until_" in done.kept and state(bench, done.kept) == "new"


def test_two_restores_of_one_database_do_not_run_at_once(bench: Bench, manifest: Manifest) -> None:
    with (
        postgresql.connect(bench.connection("postgres"), "restore") as session,
        procedure.locks.database_lock(session, "restore live"),
        pytest.raises(OpsError) as raised,
    ):
        bench.restore(manifest, "live", replace=True, confirmed="live")

    assert raised.value.code == ExitCode.LOCKED
    assert state(bench) == "new"


def test_a_missing_role_is_named_and_made_when_asked_for(bench: Bench) -> None:
    bench.server.run('DROP ROLE IF EXISTS "lost role"; CREATE ROLE "lost role" CONNECTION LIMIT 3')
    awkward.create(bench.server, "live", 'CREATE TABLE u(); ALTER TABLE u OWNER TO "lost role"')
    manifest = bench.backup("live")
    bench.server.drop_all()
    bench.server.run('DROP ROLE "lost role"')

    with pytest.raises(OpsError, match="This server lacks the roles lost role") as raised:
        bench.restore(manifest, "back")
    bench.restore(manifest, "back", create_roles=True)

    assert raised.value.code == ExitCode.REFUSED
    query = "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'lost role'"
    assert bench.server.rows(query) == [(3,)]


def test_an_older_server_is_refused(bench: Bench, manifest: Manifest) -> None:
    newer = manifest.model_copy(update={"server_version": 180001})

    with pytest.raises(OpsError, match=r"is of PostgreSQL 18, and this server is 15"):
        bench.restore(newer, "back")


def test_the_newest_backup_not_after_a_time_is_found(bench: Bench, manifest: Manifest) -> None:
    later = bench.backup("live")

    assert bench.find("latest") == later
    assert bench.find(manifest.id) == manifest
    assert bench.find(None, later.snapshot_at - timedelta(microseconds=1)) == manifest
    assert bench.find(None, later.snapshot_at) == later
    with pytest.raises(OpsError, match=r"There is no finished backup of .* or before"):
        bench.find(None, manifest.snapshot_at - timedelta(microseconds=1))


def test_the_newest_backup_is_one_of_this_database_and_environment(
    bench: Bench, manifest: Manifest
) -> None:
    awkward.create(bench.server, "other", OLD)
    other = bench.backup("other")
    staging = bench.backup("live", environment="staging")

    assert bench.find("latest") == manifest
    assert bench.find(None, staging.snapshot_at) == manifest
    assert bench.find(other.id) == other, "an id needs no more"
    with pytest.raises(OpsError, match="no finished backup of database gone of test in s3") as none:
        bench.repository.find("latest", origin=Origin(database="gone", environment="test"))
    assert none.value.code == ExitCode.NOT_FOUND


def test_without_a_database_only_an_id_picks_a_backup(bench: Bench, manifest: Manifest) -> None:
    for at in (None, manifest.snapshot_at):
        with pytest.raises(OpsError, match="name a backup by its id") as raised:
            bench.repository.find("latest", at)
        assert raised.value.code == ExitCode.MISCONFIGURED
    assert bench.repository.find(manifest.id) == manifest


def test_the_clock_of_another_database_is_no_doubt(bench: Bench, manifest: Manifest) -> None:
    """It was ahead when that one was backed up: it says nothing of this one's."""
    ahead = manifest.model_copy(
        update={
            "id": "20200101T000000Z-abcdef",
            "snapshot_at": manifest.snapshot_at + timedelta(days=1),
            "environment": "staging",
        }
    )
    bench.repository.publish(ahead)

    assert bench.find(None, manifest.snapshot_at) == manifest


@pytest.mark.parametrize("named", ["20200101T000000Z-abcdef", "../other", "newest"])
def test_a_backup_that_is_not_there_is_a_sentence(bench: Bench, named: str) -> None:
    with pytest.raises(OpsError, match=f"There is no backup {named} in s3://") as raised:
        bench.repository.find(named)
    assert raised.value.code == ExitCode.NOT_FOUND
