"""Runs the migration script for real, with stand-ins for the programs that reach beyond it."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service_config import migration
from service_config.postgresql import configuration
from service_config.secrets import SecretReference
from tests.service_config.example import SECRET
from tests.service_config.postgresql_server import PROGRAMS, as_server, running

IMAGE = "messaging-app/api:1.0.0"
PASSWORD = "s3cret $HOME"

AWS = """\
case "$1 $2" in
"ssm get-parameter") cat "$STATE/parameter" ;;
"ssm put-parameter")
    while [ "$1" != --value ]; do shift; done
    printf '%s\\n' "$2" >"$STATE/parameter" ;;
"secretsmanager get-secret-value") printf '{"username": "app", "password": "%s"}' "$PASSWORD" ;;
"ecr get-login-password") echo token ;;
*) exit 1 ;;
esac
"""
PSQL = """\
echo "$*" >>"$STATE/statements"
echo "$PGUSER@$PGHOST:$PGPORT/$PGDATABASE $PGSSLMODE $PGPASSWORD" >"$STATE/connection"
exit "${EXTENSION:-0}"
"""
DOCKER = """\
if [ "$1" = login ]; then cat >/dev/null; echo "login $5" >>"$STATE/runs"; exit; fi
sleep "${SLOW:-0}"
echo "$*" >>"$STATE/runs"
echo "$DB_HOST $DB_USER $DB_PASSWORD" >"$STATE/environment"
exit "${MIGRATION:-0}"
"""


@pytest.fixture
def database() -> Iterator[int]:
    """The port of something that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class Server:
    """The operations server: a folder, a parameter, and programs that note what they were asked."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.tools, self.state = folder / "tools", folder / "state"
        self.tools.mkdir()
        self.state.mkdir()
        self.parameter = self.state / "parameter"
        self.parameter.write_text("none\n", encoding="utf-8")
        programs = {"aws": AWS, "docker": DOCKER, "psql": PSQL, "cloud-init": "exit ${BOOT:-0}"}
        for name, body in programs.items():
            (self.tools / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
            (self.tools / name).chmod(0o755)

    def start(self, *, image: str = IMAGE, **environment: str) -> subprocess.Popen[str]:
        text = migration.script(
            image=image,
            parameter="/messaging-app/test/migrated-images",
            region="eu-central-1",
            environment={
                "DB_HOST": "127.0.0.1",
                "DB_NAME": "messaging",
                "DB_PORT": str(self.port),
            },
            secret_references={
                "DB_USER": SecretReference(arn=SECRET, key="username"),
                "DB_PASSWORD": SecretReference(arn=SECRET, key="password"),
            },
            directory=str(self.folder / "run"),
            database_timeout_seconds=1,
        )
        settings: dict[str, Any] = {
            **os.environ,
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "STATE": str(self.state),
            "PASSWORD": PASSWORD,
            **environment,
        }
        return subprocess.Popen(
            ["sh", "-c", text],
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def migrate(self, **how: str) -> tuple[int, str, str]:
        """Run the script to its end: exit code, standard output, standard error."""
        process = self.start(**how)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    def runs(self) -> list[str]:
        """What docker was asked for."""
        return self._noted("runs")

    def statements(self) -> list[str]:
        """What psql was asked for."""
        return self._noted("statements")

    def _noted(self, name: str) -> list[str]:
        noted = self.state / name
        return noted.read_text(encoding="utf-8").splitlines() if noted.exists() else []

    def migrated(self) -> str:
        """The images that the parameter lists."""
        return self.parameter.read_text(encoding="utf-8").strip()


@pytest.fixture
def server(tmp_path: Path, database: int) -> Server:
    return Server(tmp_path, database)


RUN = (
    "run --rm --network host "
    "--env DB_HOST --env DB_NAME --env DB_PORT --env DB_USER --env DB_PASSWORD "
    f"{IMAGE} migrate"
)


def test_a_new_image_is_run_and_recorded(server: Server) -> None:
    assert server.migrate() == (0, f"The database is migrated to {IMAGE}.\n", "")
    assert server.runs() == [RUN]
    assert server.migrated() == IMAGE


def test_the_same_image_is_run_once(server: Server) -> None:
    server.migrate()
    assert server.migrate() == (0, f"The database has been migrated to {IMAGE} before.\n", "")
    assert len(server.runs()) == 1


def test_the_next_image_is_run_too(server: Server) -> None:
    server.migrate()
    server.migrate(image="messaging-app/api:2.0.0")
    assert len(server.runs()) == 2
    assert server.migrated() == f"messaging-app/api:2.0.0,{IMAGE}"


def test_going_back_to_a_former_image_runs_no_migration(server: Server) -> None:
    server.migrate()
    server.migrate(image="messaging-app/api:2.0.0")
    assert server.migrate() == (0, f"The database has been migrated to {IMAGE} before.\n", "")
    assert len(server.runs()) == 2
    assert server.migrated() == f"messaging-app/api:2.0.0,{IMAGE}"


def test_an_image_whose_name_begins_alike_is_another_one(server: Server) -> None:
    server.migrate(image=f"{IMAGE}-rc1")
    assert server.migrate() == (0, f"The database is migrated to {IMAGE}.\n", "")


@pytest.mark.parametrize(
    ("image", "kept"),
    # One more than are kept; and names of 100 characters, of which 4096 hold 40 with their commas.
    [("messaging-app/api:{}", 50), (f"{'registry/' * 10}api:{{:0>6}}", 40)],
)
def test_the_newest_images_are_remembered(server: Server, image: str, kept: int) -> None:
    before = [image.format(number) for number in range(50, 0, -1)]
    server.parameter.write_text(",".join(before) + "\n", encoding="utf-8")
    server.migrate(image=image.format(51))
    assert server.migrated().split(",") == [image.format(51), *before][:kept]
    assert len(server.migrated()) <= 4096


def test_auditing_is_made_possible_before_the_migration(server: Server) -> None:
    assert server.migrate(EXTENSION="1")[0] == 1
    assert server.statements() == [
        "--no-psqlrc --quiet --command CREATE EXTENSION IF NOT EXISTS pgaudit"
    ]
    assert (server.runs(), server.migrated()) == ([], "none")
    connection = (server.state / "connection").read_text(encoding="utf-8")
    assert connection == f"app@127.0.0.1:{server.port}/messaging require {PASSWORD}\n"


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    """A server whose database is a real PostgreSQL with a password, and the folder of that one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(configuration(), "listen_addresses=127.0.0.1", f"port={port}") as directory:
        for statement in (
            f"CREATE ROLE app SUPERUSER LOGIN PASSWORD '{PASSWORD}'",
            "CREATE DATABASE messaging",
        ):
            as_server(PROGRAMS / "psql", "-h", directory, "-p", str(port), "-c", statement)
        made = Server(tmp_path, port)
        (made.tools / "psql").unlink()
        (made.tools / "psql").symlink_to(PROGRAMS / "psql")
        yield made, directory


def test_a_real_postgresql_audits_from_the_first_migration_on(
    audited: tuple[Server, Path],
) -> None:
    server, directory = audited
    for number in (1, 2):
        code, _, err = server.migrate(image=f"messaging-app/api:{number}", PGSSLMODE="disable")
        assert (code, err) == (0, "")
    ask = ("-XAt", "-h", directory, "-p", str(server.port), "-d", "messaging", "-c")
    installed = "SELECT extname FROM pg_extension WHERE extname = 'pgaudit'"
    assert as_server(PROGRAMS / "psql", *ask, installed) == "pgaudit\n"
    as_server(PROGRAMS / "psql", *ask, "CREATE TABLE people (name text)")
    log = (directory / "server.log").read_text(encoding="utf-8")
    # Without the extension, what a statement of DDL is about stays empty.
    assert "DDL,CREATE TABLE,TABLE,public.people,CREATE TABLE people (name text)" in log


def test_of_two_at_once_one_runs_and_the_other_waits_for_it(server: Server) -> None:
    processes = [server.start(SLOW="0.5") for _ in range(2)]
    told = sorted(process.communicate(timeout=30)[0] for process in processes)
    assert [process.returncode for process in processes] == [0, 0]
    assert told == [
        f"The database has been migrated to {IMAGE} before.\n",
        f"The database is migrated to {IMAGE}.\n",
    ]
    assert len(server.runs()) == 1


def test_a_failed_migration_fails_and_is_not_recorded(server: Server) -> None:
    assert server.migrate(MIGRATION="3")[0] == 3
    assert server.migrated() == "none"
    assert server.migrate()[0] == 0
    assert len(server.runs()) == 2


def test_the_migration_gets_its_secrets_and_nobody_else_does(server: Server) -> None:
    server.migrate()
    got = (server.state / "environment").read_text(encoding="utf-8")
    assert got == f"127.0.0.1 app {PASSWORD}\n"
    assert PASSWORD not in "\n".join(server.runs())
    # Nothing that holds a secret is left behind, after a failure either.
    server.migrate(image="messaging-app/api:2.0.0", MIGRATION="1")
    assert [each.name for each in (server.folder / "run").iterdir()] == ["lock"]


def test_a_private_image_is_pulled_after_a_login(server: Server) -> None:
    host = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
    assert server.migrate(image=f"{host}/api:1.0.0")[0] == 0
    assert server.runs()[0] == f"login {host}"
    assert server.runs()[1].endswith(f"{host}/api:1.0.0 migrate")


def test_a_database_that_does_not_answer_is_named_and_nothing_is_run(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = Server(tmp_path, port)
    code, _, err = server.migrate()
    assert (code, server.runs(), server.migrated()) == (1, [], "none")
    assert err == f"The database at 127.0.0.1:{port} did not answer within 1 seconds.\n"


@pytest.mark.parametrize(("boot", "code"), [("0", 0), ("2", 0), ("1", 1)])
def test_a_server_that_did_not_boot_well_migrates_nothing(
    server: Server, boot: str, code: int
) -> None:
    assert server.migrate(BOOT=boot)[0] == code
    assert len(server.runs()) == 1 - code


def test_without_its_parameter_nothing_is_run(server: Server) -> None:
    server.parameter.unlink()
    assert server.migrate()[0] != 0
    assert server.runs() == []
