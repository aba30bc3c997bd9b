"""`ops incident KIND`: the guide's incident response."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from scripts import metrics, services
from scripts.commands import failover, failover_on_rds
from scripts.context import AsJson, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.failover import procedure
from scripts.incident import telling
from scripts.incident.record import Book
from scripts.incident.response import Act, Incident, respond
from scripts.services import Say, ScaleUp
from scripts.settings import OpsSettings

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
        actions(settings, context.console.say, force=force),
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


def actions(settings: OpsSettings, say: Say, *, force: bool = False) -> Mapping[str, Act]:
    """Return kind → what is done about it (guide, "Incident Response")."""
    return {
        "database_down": Act(
            plan="the database would be failed over, as `ops failover --yes` does",
            do=lambda: fail_over(settings, say, force=force),
        ),
        "high_error_rate": Act(
            plan="one api server more would be started, as `ops scale-up api` does",
            do=lambda: scale_up(settings, say),
        ),
    }


def scale_up(settings: OpsSettings, say: Say) -> str:
    """Start one more of the api."""
    request = ScaleUp(service="api", by=1, seconds=SCALE_UP_SECONDS)
    return services.of(settings).scale_up(request, say)


def fail_over(settings: OpsSettings, say: Say, *, force: bool = False) -> str:
    """Switch to the backup database, as `ops failover --yes` does.

    That somebody has done so already is as good.

    Raises:
        OpsError: it may not be done, or did not end well.
    """
    if settings.database_platform == "rds":
        return _fail_over_on_rds(settings, say, force=force)
    request = failover.request_from(settings, failover.env_file_here())
    result = procedure.fail_over(request, say)
    if not result.changed:
        return _already(result.primary)
    metrics.write(settings.metrics_directory, "failover", failover.gauges(result), warn=say)
    return " ".join([f"{result.primary} is the primary now.", *result.warnings])


def _fail_over_on_rds(settings: OpsSettings, say: Say, *, force: bool) -> str:
    primary, changed = failover_on_rds.act(
        failover.rds_clients(settings),
        replace(failover.rds_request_from(settings), force=force),
        failover.standby(settings),
        say,
    )
    return f"{primary.name} is the primary now." if changed else _already(primary.name)


def _already(primary: str) -> str:
    return f"{primary} was the primary already, and nothing was left to do."
