from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from scripts import postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError, explained
from tests.services.postgresql import PASSWORD, Server


def test_programs_connect_as_the_url_says_and_get_the_password_in_the_environment() -> None:
    url = SecretStr("postgresql://us%20er:p%40ss@db:6432/messaging?sslmode=verify-full")

    environment = postgresql.environment(postgresql.parameters(url, "DATABASE_URL"))

    own = {name: value for name, value in environment.items() if name.startswith("PG")}
    assert own == {
        "PGUSER": "us er",
        "PGPASSWORD": "p@ss",
        "PGHOST": "db",
        "PGPORT": "6432",
        "PGDATABASE": "messaging",
        "PGSSLMODE": "verify-full",
    }


def test_variables_of_the_caller_do_not_lead_a_program_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    assert "PGHOSTADDR" not in postgresql.environment({"host": "db"})


def test_a_url_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(OpsError) as raised:
        postgresql.parameters(SecretStr("postgresql://u:hun ter2@@db:x/"), "DATABASE_URL")

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert "DATABASE_URL is no URL of PostgreSQL" in str(raised.value)
    assert "ter2" not in str(raised.value)


def test_a_wrong_password_is_a_sentence_without_the_password(server: Server) -> None:
    url = SecretStr(server.url(password="wrong-horse"))

    with pytest.raises(psycopg.OperationalError) as raised:
        postgresql.connect(postgresql.parameters(url, "DATABASE_URL"), "backup")

    fault = explained(raised.value)
    assert fault and fault.code == ExitCode.UNREACHABLE
    assert 'password authentication failed for user "messaging"' in str(fault)
    assert "horse" not in str(fault)
    assert PASSWORD not in str(fault)


def test_a_program_of_the_servers_version_goes_first() -> None:
    assert postgresql.program("pg_dump", 15) == "/usr/lib/postgresql/15/bin/pg_dump"


def test_the_next_newer_version_serves_beside_one_with_two_numbers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for version in ("9.6", "14", "16", "100"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "pg_dump").touch()
    monkeypatch.setattr(postgresql, "PROGRAMS", str(tmp_path))

    assert postgresql.program("pg_dump", 15) == f"{tmp_path}/16/bin/pg_dump"


def test_a_missing_program_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(OpsError) as raised:
        postgresql.program("pg_dump", 99)

    assert str(raised.value) == (
        "pg_dump is not installed: install the package postgresql-client-99."
    )
