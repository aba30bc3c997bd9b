"""`ops migrate`: brings the database to what the release expects."""

from typing import Annotated

import typer

from scripts import migrate as procedure
from scripts import postgresql
from scripts.context import AsJson, begin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services.docker_host import DockerHost
from scripts.settings import needed

Command = Annotated[
    list[str] | None, typer.Argument(help="Instead of cargo run --bin migrate; after `--`.")
]
Service = Annotated[str, typer.Option(help="Service of the compose file that has it.")]
Wait = Annotated[float, typer.Option("--wait", min=1, help="Seconds until the database answers.")]


def migrate(
    command: Command = None,
    service: Service = procedure.SERVICE,
    wait: Wait = 120,
    as_json: AsJson = False,
) -> None:
    """Wait for the database, then run the migrations, once at a time."""
    context = begin(None, as_json=as_json)
    if context.settings.compose_file is None:
        raise OpsError(
            "COMPOSE_FILE is not set: `ops migrate` is for a Docker host. On AWS `make up` "
            "migrates before it replaces any server (docs/runbooks/deploy.md).",
            ExitCode.MISCONFIGURED,
        )
    host = DockerHost(files=context.settings.compose_file)
    url = needed(context.settings.database_url, "DATABASE_URL")
    request = procedure.Migration(
        service=service, command=tuple(command or procedure.COMMAND), wait_seconds=wait
    )
    connection = postgresql.parameters(url, "DATABASE_URL")
    procedure.migrate(host, connection, request, context.console.say)
    context.console.say("The database is migrated.")
    if as_json:
        context.console.show_one("Migrated", {"command": request.command, "migrated": True})
