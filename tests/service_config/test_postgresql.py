import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_config.postgresql import PARAMETERS, configuration, rds_parameters
from tests.service_config.postgresql_server import PROGRAMS, as_server, running

GUIDE = """\
max_connections = 200
shared_buffers = 4GB
effective_cache_size = 12GB
maintenance_work_mem = 1GB
checkpoint_completion_target = 0.9
wal_buffers = 16MB
default_statistics_target = 100
random_page_cost = 1.1
effective_io_concurrency = 200
work_mem = 6553kB
min_wal_size = 1GB
max_wal_size = 4GB
"""


def test_the_parameters_are_the_guide_s() -> None:
    assert "".join(f"{name} = {value}\n" for name, value in PARAMETERS.items()) == GUIDE


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_connections", "200"),
        ("shared_buffers", "524288"),  # pages of 8 KiB
        ("effective_cache_size", "1572864"),
        ("maintenance_work_mem", "1048576"),  # KiB
        ("checkpoint_completion_target", "0.9"),
        ("wal_buffers", "2048"),
        ("default_statistics_target", "100"),
        ("random_page_cost", "1.1"),
        ("effective_io_concurrency", "200"),
        ("work_mem", "6553"),
        ("min_wal_size", "1024"),  # MiB
        ("max_wal_size", "4096"),
        ("shared_preload_libraries", "pgaudit,pg_stat_statements"),
        ("pgaudit.log", "all"),
        ("pgaudit.log_relation", "1"),
        ("password_encryption", "scram-sha-256"),
        ("log_connections", "1"),
        ("log_disconnections", "1"),
        ("rds.force_ssl", "1"),
        ("rds.accepted_password_auth_method", "scram"),
    ],
)
def test_rds_gets_each_value_in_its_own_unit(name: str, value: str) -> None:
    assert [p.value for p in rds_parameters() if p.name == name] == [value]


def test_rds_gets_nothing_else() -> None:
    assert len(rds_parameters()) == 20


def test_only_parameters_that_need_a_restart_wait_for_one() -> None:
    waiting = {p.name for p in rds_parameters() if p.apply_method == "pending-reboot"}
    assert waiting == {
        "max_connections",
        "shared_buffers",
        "wal_buffers",
        "shared_preload_libraries",
        "rds.force_ssl",
    }


@pytest.fixture(scope="module")
def server() -> Iterator[Path]:
    """Folder, and that of the socket, of a real server with the configuration."""
    with running(configuration(), "listen_addresses=") as directory:
        yield directory


def ask(server: Path, *queries: str) -> list[str]:
    """The rows that a real server answers with."""
    commands = [argument for query in queries for argument in ("-c", query)]
    told = as_server(PROGRAMS / "psql", "-XAt", "-h", server, "-d", "postgres", *commands)
    return told.splitlines()


def test_postgresql_takes_every_value_and_counts_as_rds_does(server: Path) -> None:
    expected = {p.name: p.value for p in rds_parameters() if not p.name.startswith("rds.")}
    rows = ask(server, "SELECT name || '=' || setting FROM pg_settings")
    actual = dict(row.split("=", 1) for row in rows)
    spelled = {"on": "1"}

    assert {name: spelled.get(actual[name], actual[name]) for name in expected} == expected


def test_every_statement_is_audited_with_its_table(server: Path) -> None:
    ask(server, "CREATE EXTENSION pgaudit", "CREATE TABLE people (name text)")

    ask(server, "SELECT name FROM people")

    log = (server / "server.log").read_text()
    assert "READ,SELECT,TABLE,public.people,SELECT name FROM people" in log


def test_who_comes_and_goes_is_logged(server: Path) -> None:
    ask(server, "SELECT 1")

    # The session ends a moment after the client has gone.
    log, deadline = "", time.monotonic() + 30
    while "disconnection: session time" not in log and time.monotonic() < deadline:
        log = (server / "server.log").read_text()
    assert "connection authorized: user=" in log
    assert "disconnection: session time" in log


def test_passwords_are_stored_for_scram(server: Path) -> None:
    ask(server, "CREATE ROLE reader PASSWORD 'not-a-real-password'")

    [stored] = ask(server, "SELECT rolpassword FROM pg_authid WHERE rolname = 'reader'")
    assert stored.startswith("SCRAM-SHA-256$")
