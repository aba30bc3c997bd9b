"""Bringing the database to what a release expects (guide, "Database Setup")."""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from scripts import postgresql
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.locks import database_lock
from scripts.postgresql import Session
from scripts.services.docker_host import DockerHost
from scripts.waiting import until_so

SERVICE = "backend"
COMMAND = ("cargo", "run", "--bin", "migrate")
"""The guide's own words."""


@dataclass(frozen=True, kw_only=True)
class Migration:
    """What to run, and how long the database may take to answer.

    Args:
        service: of the compose file, whose image has the migrations.
        command: in that image; it must be able to run again after it was cut off.
    """

    service: str
    command: tuple[str, ...]
    wait_seconds: float


def migrate(
    host: DockerHost,
    connection: dict[str, str],
    request: Migration,
    say: Callable[[str], None],
) -> None:
    """Wait until the database answers, then run the migration alone.

    Raises:
        OpsError: LOCKED when another one runs; UNREACHABLE when the database does not answer in
            time; FAILED when the migration fails.
    """
    with (
        connected(connection, request.wait_seconds) as session,
        database_lock(session, "migrate") as lock,
    ):
        say(f"Running {' '.join(request.command)} in a container of {request.service} …")
        code = host.stream("run", "--rm", request.service, *request.command)
        if code:
            raise OpsError(
                f"The migration ended with exit code {code}; its output is above. Nothing else was "
                "done. Correct it and run this again before the release is deployed."
            )
        lock.check()


def connected(connection: dict[str, str], seconds: float) -> Session:
    """Return a session as soon as the database takes one.

    A wrong password is not waited for: it does not get better.
    """
    sessions: list[Session] = []

    def obstacle() -> str | None:
        try:
            sessions.append(postgresql.connect(connection, "migrate"))
        except psycopg.OperationalError as error:
            said = " ".join(str(error).split())
            if "authentication failed" in said:
                raise
            return said
        return None

    until_so(
        obstacle,
        seconds=seconds,
        what="The database did not answer",
        code=ExitCode.UNREACHABLE,
    )
    return sessions[0]
