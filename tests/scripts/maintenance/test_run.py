import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.maintenance import run
from scripts.maintenance.run import Done, Table
from scripts.postgresql import Session
from tests.services.postgresql import Server
from tests.services.standby import standby

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 60


def session(server: Server, database: str = "app") -> Session:
    url = server.secret_url(database)
    return postgresql.connect(postgresql.parameters(url, "DATABASE_URL"), "maintenance")


def quiet(_table: Table, _total: int) -> None:
    """Show no progress."""


def maintain(server: Server, *, analyze_only: bool = False) -> list[Done]:
    with session(server) as working, session(server) as locking:
        return list(run.maintain(working, locking, analyze_only=analyze_only, starting=quiet))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def app(server: Server) -> Server:
    """A database with a table that is half dead, and a partitioned one."""
    server.create("app")
    server.run(
        """
        CREATE TABLE messages (id int, body text) WITH (autovacuum_enabled = off);
        INSERT INTO messages SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n;
        ANALYZE messages;
        DELETE FROM messages WHERE id % 2 = 0;
        CREATE TABLE events (at date) PARTITION BY RANGE (at);
        CREATE TABLE "Events 2026" PARTITION OF events
            FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        INSERT INTO events VALUES ('2026-05-01');
        """,
        "app",
    )
    return server


def test_every_table_is_vacuumed_and_parents_of_partitions_are_analysed(app: Server) -> None:
    done = maintain(app)

    assert [(each.table, each.statement, each.fault) for each in done] == [
        ("public.messages", "VACUUM (ANALYZE)", ""),
        ("public.Events 2026", "VACUUM (ANALYZE)", ""),
        ("public.events", "ANALYZE", ""),
    ]
    query = "SELECT relname, n_dead_tup FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL"
    wait_until(lambda: set(app.rows(query, "app")) == {("messages", 0), ("Events 2026", 0)})
    (parent,) = app.rows("SELECT reltuples FROM pg_class WHERE relname = 'events'", "app")
    assert parent == (1.0,)


def test_with_analyze_only_nothing_is_vacuumed(app: Server) -> None:
    done = maintain(app, analyze_only=True)

    assert {each.statement for each in done} == {"ANALYZE"}
    (vacuumed,) = app.rows("SELECT count(last_vacuum) FROM pg_stat_user_tables", "app")
    assert vacuumed == (0,)
    query = "SELECT analyze_count FROM pg_stat_user_tables WHERE relname = 'messages'"
    wait_until(lambda: app.rows(query, "app") == [(2,)])


def test_it_says_which_table_comes_next_and_how_many_there_are(app: Server) -> None:
    told: list[tuple[str, int]] = []
    with session(app) as working, session(app) as locking:
        for _ in run.maintain(
            working,
            locking,
            analyze_only=True,
            starting=lambda table, total: told.append((table.name, total)),
        ):
            pass

    assert told == [("messages", 3), ("Events 2026", 3), ("events", 3)]


def test_a_locked_table_is_left_out_and_the_rest_goes_on(
    app: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LOCK_SECONDS", 1)
    with session(app) as holder, holder.transaction():
        holder.execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
        done = maintain(app)

    faults = {each.table: each.fault for each in done if each.fault}
    assert faults == {"public.messages": "somebody else has had it locked for 1 s"}
    assert len(done) == 3


def test_a_table_of_somebody_else_is_left_out_and_named(app: Server) -> None:
    app.run("CREATE ROLE worker LOGIN PASSWORD 'w'; GRANT CONNECT ON DATABASE app TO worker", "app")
    try:
        with session(app) as working, session(app) as locking:
            working.execute("SET ROLE worker")
            done = list(run.maintain(working, locking, analyze_only=False, starting=quiet))
    finally:
        app.run("DROP OWNED BY worker; DROP ROLE worker", "app")

    assert 'skipping "messages" --- only table or database owner can vacuum it' in done[0].fault


def test_two_at_once_are_one(app: Server) -> None:
    with session(app) as first, session(app) as second, session(app) as third:
        running = run.maintain(first, second, analyze_only=True, starting=quiet)
        next(running)
        with pytest.raises(OpsError) as raised:
            next(run.maintain(first, third, analyze_only=True, starting=quiet))
        running.close()

    assert raised.value.code == ExitCode.LOCKED


def test_a_standby_is_refused(server: Server) -> None:
    with (
        standby(server) as following,
        session(following, "postgres") as working,
        session(following, "postgres") as locking,
        pytest.raises(OpsError) as raised,
    ):
        next(run.maintain(working, locking, analyze_only=False, starting=quiet))

    assert raised.value.code == ExitCode.REFUSED
    assert str(raised.value) == (
        "This is a standby, which takes all of its maintenance from the primary: point "
        "DATABASE_URL at the primary."
    )


def test_ctrl_c_cancels_the_statement_and_says_what_was_done(app: Server) -> None:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'VACUUM%Events%' "
        "AND wait_event_type = 'Lock'"
    )
    with session(app) as holder, holder.transaction():
        # The second of the tables: it waits there until the interrupt.
        holder.execute('LOCK TABLE "Events 2026" IN ACCESS EXCLUSIVE MODE')
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts", "maintenance"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": app.url("app")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: app.rows(waiting, "app") == [(1,)])
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
        still_running = app.rows(waiting, "app")

    assert process.returncode == ExitCode.INTERRUPTED
    assert "Done before the interrupt: public.messages. The statement was cancelled." in said
    assert still_running == [(0,)]
