import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from scripts import migrate, postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.migrate import Migration
from scripts.postgresql import Session
from scripts.services.docker_host import DockerHost
from tests.services.docker import Project
from tests.services.ports import free_port
from tests.services.postgresql import Server

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60


def migration(*command: str, wait_seconds: float = 30) -> Migration:
    return Migration(service="backend", command=command, wait_seconds=wait_seconds)


def parameters(server: Server) -> dict[str, str]:
    return postgresql.parameters(server.secret_url(), "DATABASE_URL")


@dataclass(frozen=True)
class Backend:
    """The service that has the migrations; it notes each of its runs."""

    host: DockerHost
    folder: Path

    @property
    def runs(self) -> int:
        noted = self.folder / "runs"
        return len(noted.read_text().splitlines()) if noted.exists() else 0


NOTE = "echo run >>/notes/runs"


@pytest.fixture
def backend(compose_project: Project, tmp_path: Path) -> Backend:
    override = tmp_path / "notes.yaml"
    override.write_text(f"services: {{backend: {{volumes: ['{tmp_path}:/notes']}}}}")
    return Backend(DockerHost(files=f"{compose_project.file}:{override}"), tmp_path)


def test_the_migration_runs_in_a_container_that_is_gone_afterwards(
    server: Server, backend: Backend
) -> None:
    said: list[str] = []

    migrate.migrate(backend.host, parameters(server), migration("sh", "-c", NOTE), said.append)

    assert backend.runs == 1
    assert said == [f"Running sh -c {NOTE} in a container of backend …"]
    assert backend.host.containers("backend") == []


def test_a_migration_that_fails_is_told_with_its_exit_code(
    server: Server, compose_project: Project
) -> None:
    with pytest.raises(OpsError) as raised:
        migrate.migrate(
            compose_project.host, parameters(server), migration("sh", "-c", "exit 3"), print
        )

    assert raised.value.code == ExitCode.FAILED
    assert str(raised.value).startswith("The migration ended with exit code 3")


def test_of_two_at_once_one_runs(server: Server, backend: Backend) -> None:
    wait = f"{NOTE}; while test ! -e /notes/go; do sleep 1; done"
    arguments = (backend.host, parameters(server), migration("sh", "-c", wait), print)
    first = threading.Thread(target=migrate.migrate, args=arguments)
    first.start()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not backend.runs:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    with pytest.raises(OpsError) as raised:
        migrate.migrate(*arguments)
    (backend.folder / "go").touch()
    first.join(PATIENCE_SECONDS)

    assert raised.value.code == ExitCode.LOCKED
    assert backend.runs == 1


def test_a_database_that_is_still_starting_is_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[str] = []
    connect = postgresql.connect

    def starting(connection: dict[str, str], command: str) -> Session:
        attempts.append(command)
        if len(attempts) < 3:
            raise psycopg.OperationalError("FATAL:  the database system is starting up")
        return connect(connection, command)

    monkeypatch.setattr(postgresql, "connect", starting)

    with migrate.connected(parameters(server), PATIENCE_SECONDS) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)
    assert attempts == ["migrate"] * 3


def test_a_database_that_does_not_come_is_not_waited_for_for_ever(server: Server) -> None:
    nobody = {**parameters(server), "port": str(free_port())}

    with pytest.raises(OpsError) as raised:
        migrate.connected(nobody, 1)

    assert raised.value.code == ExitCode.UNREACHABLE
    assert str(raised.value).startswith("The database did not answer within 1 s: connection failed")


def test_a_wrong_password_is_not_waited_for(server: Server) -> None:
    wrong = postgresql.parameters(SecretStr(server.url(password="wrong")), "DATABASE_URL")

    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        migrate.connected(wrong, 3600)


def test_the_command_runs_a_service_that_only_a_profile_has(
    server: Server, backend: Backend, running_docker: str
) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "scripts", "migrate", "--json", "--", "sh", "-c", NOTE],
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "COMPOSE_FILE": backend.host.files,
            "DATABASE_URL": server.url(),
            "DOCKER_HOST": running_docker,
        },
        cwd=backend.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == ExitCode.OK, ran.stderr
    assert ran.stderr.endswith("The database is migrated.\n")
    assert json.loads(ran.stdout) == {"command": ["sh", "-c", NOTE], "migrated": True}
    assert backend.runs == 1
