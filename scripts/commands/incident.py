"""`ops incident KIND`: the guide's incident response."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from scripts import services
from scripts.context import AsJson, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.incident import telling
from scripts.incident.record import Book
from scripts.incident.response import Act, Incident, respond
from scripts.services import ScaleUp
from scripts.settings import OpsSettings

PROJECT = Path(__file__).parents[2]

SCALE_UP_SECONDS = 900

Kind = Annotated[str, typer.Argument(help="Such as database_down or high_error_rate.")]
Cooldown = Annotated[
    float, typer.Option("--cooldown", min=0, help="Minutes in which the same kind acts once.")
]
Force = Annotated[bool, typer.Option("--force", help="Act although it was acted on just now.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]


def incident(
    kind: Kind,
    *,
    cooldown: Cooldown = 15,
    force: Force = False,
    dry_run: DryRun = False,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Note an incident, tell people, and act: database_down fails over, high_error_rate scales."""
    context = begin(stack, as_json=as_json)
    settings = context.settings
    response = respond(
        Incident(
            kind=kind,
            environment=settings.environment,
            cooldown=timedelta(minutes=cooldown),
            force=force,
            dry_run=dry_run,
        ),
        actions(settings, stack),
        telling.channels(settings),
        Book(log=Path(settings.incident_log), folder=Path(settings.state_directory)),
    )
    for fault in response.faults:
        context.console.warn(f"{fault.rstrip('.')}.")
    shown = {"kind": response.kind, "outcome": response.outcome, "detail": response.detail}
    told = {"told": ", ".join(response.told) or "nobody"}
    context.console.show_one("Incident", asdict(response) if as_json else {**shown, **told})
    nobody_knows = response.outcome == "notified" and not response.told
    if response.outcome == "failed" or nobody_knows:
        raise typer.Exit(ExitCode.FAILED)


def actions(settings: OpsSettings, stack: str | None) -> Mapping[str, Act]:
    """Return kind → what is done about it (guide, "Incident Response")."""
    return {
        "database_down": lambda: fail_over(stack),
        "high_error_rate": lambda: scale_up(settings),
    }


def scale_up(settings: OpsSettings) -> str:
    """Start one more of the api."""
    request = ScaleUp(service="api", by=1, seconds=SCALE_UP_SECONDS)
    return services.of(settings).scale_up(request, lambda _said: None)


def fail_over(stack: str | None) -> str:
    """Switch to the backup database, as `ops failover --yes` does.

    Raises:
        OpsError: it did not end well; tells what it said last.
    """
    named = ["--stack", stack] if stack else []
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "scripts", "failover", "--yes", *named],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        said = " ".join(ran.stderr.split())[-400:]
        raise OpsError(f"ops failover ended with {ran.returncode}: {said.rstrip('.')}.")
    return "Switched to the backup database (ops failover)."
