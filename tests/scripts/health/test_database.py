import time
from collections.abc import Generator

import psycopg
import pytest
from pydantic import SecretStr

from scripts.health import database
from scripts.health.check import State
from tests.services.ports import free_port
from tests.services.postgresql import Server
from tests.services.standby import standby

PATIENCE_SECONDS = 60


@pytest.fixture
def following(server: Server) -> Generator[Server]:
    with standby(server) as running:
        yield running


def nowhere() -> SecretStr:
    return SecretStr(f"postgresql://u:p@127.0.0.1:{free_port()}/postgres")


def test_a_primary_that_takes_writes_is_well(server: Server) -> None:
    (found,) = database.primary(server.secret_url())

    assert found.state is State.OK
    assert found.detail.startswith("writable, PostgreSQL 15.")
    assert found.detail.endswith(" of 57 connections")


def test_a_standby_in_the_primarys_place_is_critical(following: Server) -> None:
    (found,) = database.primary(following.secret_url())

    assert found.state is State.CRITICAL
    assert found.detail == "it is a standby: nothing can be written"


def test_a_primary_that_is_set_to_read_only_is_critical(server: Server) -> None:
    server.create("app")
    server.run("ALTER DATABASE app SET default_transaction_read_only = on")

    (found,) = database.primary(server.secret_url("app"))

    assert found.state is State.CRITICAL
    assert found.detail == "it is set to read only: nothing can be written"


def test_a_primary_with_hardly_a_connection_left_is_a_warning(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CONNECTIONS_WARNING", 0.0)
    (found,) = database.primary(server.secret_url())
    assert found.state is State.WARNING


def test_a_database_that_does_not_answer_is_told_by_the_library() -> None:
    with pytest.raises(psycopg.OperationalError):
        database.primary(nowhere())


def test_a_replica_that_keeps_up_is_well(server: Server, following: Server) -> None:
    server.run("CREATE TABLE written (id int)")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not following.rows("SELECT 1 FROM pg_class WHERE relname = 'written'"):
        assert time.monotonic() < deadline
    server.run("DROP TABLE written")

    (found,) = database.replica(following.secret_url(), server.secret_url())

    assert found.state is State.OK
    assert found.detail.endswith(" s behind")


@pytest.mark.parametrize(
    ("limits", "state"),
    [((1e9, 1e9), State.OK), ((0.0, 1e9), State.WARNING), ((0.0, 0.0), State.CRITICAL)],
)
def test_a_replica_that_is_behind_is_judged_by_seconds(
    server: Server,
    following: Server,
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[float, float],
    state: State,
) -> None:
    monkeypatch.setattr(database, "LAG_WARNING_SECONDS", limits[0])
    monkeypatch.setattr(database, "LAG_CRITICAL_SECONDS", limits[1])
    server.run("CREATE TABLE before (id int)")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not following.rows("SELECT 1 FROM pg_class WHERE relname = 'before'"):
        assert time.monotonic() < deadline
    following.run("SELECT pg_wal_replay_pause()")
    while following.rows("SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
        assert time.monotonic() < deadline
    server.run("INSERT INTO before VALUES (1)")

    (found,) = database.replica(following.secret_url(), server.secret_url())
    server.run("DROP TABLE before")

    assert found.state is state
    assert int(found.detail.split()[0]) > 0


def test_a_replica_that_receives_nothing_is_critical_though_it_replayed_all_it_has(
    server: Server, following: Server
) -> None:
    following.run("ALTER SYSTEM SET primary_conninfo = ''")
    following.run("SELECT pg_reload_conf()")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while following.rows("SELECT 1 FROM pg_stat_wal_receiver"):
        assert time.monotonic() < deadline

    (found,) = database.replica(following.secret_url(), server.secret_url())

    assert found.state is State.CRITICAL
    assert found.detail.startswith("it does not receive from the primary: ")


def test_a_replica_that_takes_writes_is_a_second_primary(server: Server, following: Server) -> None:
    following.run("SELECT pg_promote()")

    (found,) = database.replica(following.secret_url(), server.secret_url())

    assert found.state is State.CRITICAL
    assert found.detail == "it takes writes itself: there are two primaries"


def test_a_replica_that_takes_writes_is_no_second_primary_where_no_first_answers(
    following: Server,
) -> None:
    following.run("SELECT pg_promote()")

    (found,) = database.replica(following.secret_url(), nowhere())

    assert found.state is State.CRITICAL
    assert found.detail == (
        "it takes writes itself, and DATABASE_URL leads to no primary that answers"
    )


def test_after_a_failover_the_replicas_address_is_known_to_be_the_primarys_own(
    following: Server,
) -> None:
    following.run("SELECT pg_promote()")
    by_another_name = SecretStr(following.url().replace("127.0.0.1", "localhost"))

    (found,) = database.replica(by_another_name, following.secret_url())

    assert found.state is State.CRITICAL
    assert found.detail == (
        "its address is that of the primary itself, and nothing follows it: bring the old primary "
        "back as the replica"
    )


def test_a_replica_without_a_primary_is_critical(following: Server) -> None:
    (found,) = database.replica(following.secret_url(), nowhere())

    assert found.state is State.CRITICAL
    assert found.detail == "it has no primary to follow that answers and takes writes"


def test_what_is_not_set_is_not_asked() -> None:
    (primary,) = database.primary(None)
    (replica,) = database.replica(None, None)
    assert primary.detail == "DATABASE_URL is not set"
    assert {primary.state, replica.state} == {State.SKIPPED}
