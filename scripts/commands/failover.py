"""`ops failover`: the standby takes over, and the old primary comes back as the standby."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import aws, postgresql
from scripts.commands import failover_on_rds
from scripts.context import AsJson, Context, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.failover import divergence, plan, procedure
from scripts.failover import rejoin as coming_back
from scripts.failover.divergence import RejoinRequest
from scripts.failover.inventory import Clients
from scripts.failover.observation import Observed, observe
from scripts.failover.plan import MAX_LAG_BYTES, Course, Plan, Request
from scripts.failover.pointing import Address
from scripts.failover.procedure import Result
from scripts.failover.rds import RdsRequest
from scripts.faults import OpsError
from scripts.metrics import Gauge
from scripts.settings import OpsSettings, needed

ENV_FILE = Path(".env")


def failover(
    *,
    stack: StackName = None,
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, it is only shown.")] = False,
    max_lag_bytes: Annotated[
        int, typer.Option(min=0, help="How much write-ahead log may be lost.")
    ] = MAX_LAG_BYTES,
    accept_unknown_loss: Annotated[
        bool, typer.Option("--accept-unknown-loss", help="Although nobody can tell how much.")
    ] = False,
    fenced_by_me: Annotated[
        bool, typer.Option("--fenced-by-me", help="The old primary is off and stays off.")
    ] = False,
    env_file: Annotated[
        Path | None, typer.Option(help="Has the connection strings; .env where there is one.")
    ] = None,
    no_env_file: Annotated[
        bool, typer.Option("--no-env-file", help="Leave connection strings alone.")
    ] = False,
    promote_replica: Annotated[
        bool, typer.Option("--promote-replica", help="On RDS, though the primary is there.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="On RDS, though the primary was rebooted just now.")
    ] = False,
    rejoin: Annotated[
        bool, typer.Option("--rejoin", help="Bring the old primary back as the standby.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option(help="With --rejoin: the old primary's data, on this machine.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="With --rejoin: HOST[:PORT] for DATABASE_REPLICA_URL.")
    ] = None,
    start_command: Annotated[
        str | None, typer.Option(help="With --rejoin: starts the server; pg_ctl otherwise.")
    ] = None,
) -> None:
    """Make the standby the primary: fence the old one, promote, point the application at it."""
    context = begin(stack, as_json=as_json)
    found = None if no_env_file else env_file or env_file_here()
    if rejoin:
        _rejoin(
            context, _rejoin_request(context.settings, data, address, start_command, found), yes
        )
        return
    if context.settings.database_platform == "rds":
        on_rds = replace(
            rds_request_from(context.settings),
            promote=promote_replica,
            fenced_by_me=fenced_by_me,
            accept_unknown_loss=accept_unknown_loss,
            force=force,
        )
        clients = rds_clients(context.settings)
        failover_on_rds.run(context, clients, on_rds, standby(context.settings), yes=yes)
        return
    request = replace(
        request_from(context.settings, found),
        max_lag_bytes=max_lag_bytes,
        accept_unknown_loss=accept_unknown_loss,
        fenced_by_me=fenced_by_me,
    )
    _between_servers(context, request, yes=yes)


def primary(settings: OpsSettings) -> dict[str, str]:
    """Return the parameters of the primary as the settings name it."""
    return _one_server(needed(settings.database_url, "DATABASE_URL"), "DATABASE_URL")


def standby(settings: OpsSettings) -> dict[str, str]:
    """Return the parameters of the standby as the settings name it."""
    url = needed(settings.database_replica_url, "DATABASE_REPLICA_URL")
    return _one_server(url, "DATABASE_REPLICA_URL")


def request_from(settings: OpsSettings, env_file: Path | None) -> Request:
    """Return the failover that the settings describe."""
    data = settings.primary_data_directory
    return Request(
        primary=primary(settings),
        standby=standby(settings),
        log=Path(settings.failover_log),
        env_file=env_file,
        synchronous=settings.synchronous_replication,
        fence_command=settings.fence_command,
        primary_data=Path(data) if data else None,
        reconnect_command=settings.reconnect_command,
        compose_file=settings.compose_file,
    )


def rds_request_from(settings: OpsSettings) -> RdsRequest:
    """Return the failover that the settings describe, where RDS runs the databases."""
    return RdsRequest(
        host=primary(settings)["host"],
        replica_host=standby(settings)["host"],
        log=Path(settings.failover_log),
    )


def rds_clients(settings: OpsSettings) -> Clients:
    """Return clients of what a failover on RDS asks."""
    return Clients(aws.plain(settings, "rds"), aws.plain(settings, "route53"))


def env_file_here() -> Path | None:
    """Return the file with the connection strings, where there is one."""
    return ENV_FILE if ENV_FILE.exists() else None


def _between_servers(context: Context, request: Request, *, yes: bool) -> None:
    made = plan.make(request)
    steps = procedure.steps(made, request)
    if not context.console.as_json:
        show_plan(context, made, steps)
    if made.course is Course.NOTHING and made.refusal is None:
        _already(context, made.standby.address)
    if made.refusal or not confirmed(context, yes=yes):
        if context.console.as_json:
            context.console.show_one("Failover", described(made, steps))
        if made.refusal:
            raise made.refusal
        context.console.say("Nothing was touched. With --yes it is done.")
        return
    result = procedure.fail_over(request, context.console.say)
    if not result.changed:
        _already(context, result.primary)
    for sentence in result.warnings:
        context.console.warn(sentence)
    if context.console.as_json:
        context.console.show_one("Failover", outcome(result))
    else:
        context.console.say(f"Write-ahead log that was lost: {result.lost}.")
        rows = [row(observe(each)) for each in (request.primary, request.standby)]
        context.console.show("After", rows)
    context.keep_metrics("failover", gauges(result))


def confirmed(context: Context, *, yes: bool) -> bool:
    """Whether it is to be done: said so, or answered so on a terminal."""
    if yes or context.console.as_json or not sys.stdin.isatty():
        return yes
    return typer.confirm("Do it?", err=True)


def show_plan(context: Context, made: Plan, steps: list[str]) -> None:
    """Show both servers, the lag and the steps."""
    context.console.show("Now", [row(made.primary), row(made.standby)])
    if made.course is Course.TAKE_OVER:
        context.console.say(f"Lag: {made.lag}.")
    for number, step in enumerate(steps, 1):
        context.console.say(f"{number}. {step}")


def row(seen: Observed) -> dict[str, Any]:
    """Return a server as a line of the table."""
    state = f"{seen.role}, read-only" if seen.read_only else str(seen.role)
    return {"server": seen.address, "is": state, "timeline": seen.timeline, "at": seen.position}


def described(made: Plan, steps: list[str]) -> dict[str, Any]:
    """Return a plan for programs."""
    return {
        "servers": [row(made.primary), row(made.standby)],
        "lag_bytes": made.lag.size_bytes,
        "lag_seconds": made.lag.seconds,
        "steps": steps,
        "refused": str(made.refusal) if made.refusal else None,
    }


def outcome(result: Result) -> dict[str, Any]:
    """Return what was done for programs."""
    return {
        "primary": result.primary,
        "seconds": result.seconds,
        "lost_bytes": result.lost.size_bytes,
        "lost_seconds": 0 if result.lost.size_bytes == 0 else result.lost.seconds,
        "warnings": list(result.warnings),
    }


def gauges(result: Result) -> list[Gauge]:
    """Return what Prometheus keeps of a failover."""
    seconds = Gauge(
        name="messaging_failover_duration_seconds",
        help="From the decision to the first commit on the new primary, of the last failover.",
        value=result.seconds,
    )
    if result.lost.size_bytes is None:
        return [seconds]
    lost = Gauge(
        name="messaging_failover_lost_bytes",
        help="Write-ahead log that the new primary does not have, of the last failover.",
        value=result.lost.size_bytes,
    )
    return [seconds, lost]


def _already(context: Context, address: str) -> None:
    if context.console.as_json:
        context.console.show_one("Failover", {"primary": address, "changed": False})
    context.console.say(f"{address} is the primary already, and nothing is left to do.")
    raise typer.Exit(ExitCode.ALREADY)


def _rejoin_request(
    settings: OpsSettings,
    data: Path | None,
    address: str | None,
    start_command: str | None,
    env_file: Path | None,
) -> RejoinRequest:
    named = data or (
        Path(settings.primary_data_directory) if settings.primary_data_directory else None
    )
    if named is None:
        raise OpsError(
            "--rejoin needs the old primary's data directory: add --data DIRECTORY, on the machine "
            "where it is.",
            ExitCode.USAGE,
        )
    host, _, port = (address or "").partition(":")
    return RejoinRequest(
        data=named,
        primary=primary(settings),
        log=Path(settings.failover_log),
        start_command=start_command,
        address=Address(host=host, port=port or "5432") if host else None,
        env_file=env_file,
    )


def _rejoin(context: Context, request: RejoinRequest, yes: bool) -> None:
    made = divergence.make(request)
    steps = divergence.steps(made, request)
    plan_of_it = {
        "primary": made.primary,
        "data": made.data,
        "diverged_bytes": made.diverged_bytes,
        "steps": [] if made.refusal else steps,
        "refused": str(made.refusal) if made.refusal else None,
    }
    if made.refusal:
        if context.console.as_json:
            context.console.show_one("Rejoin", plan_of_it)
        raise made.refusal
    if not context.console.as_json:
        for number, step in enumerate(steps, 1):
            context.console.say(f"{number}. {step}")
    if not confirmed(context, yes=yes):
        if context.console.as_json:
            context.console.show_one("Rejoin", plan_of_it)
        context.console.say("Nothing was touched. With --yes it is done.")
        return
    kept = coming_back.rejoin(request, context.console.say)
    done = {"primary": made.primary, "standby_data": request.data, "log_set_aside": kept}
    context.console.show_one("Rejoined", done)


def _one_server(url: Any, variable: str) -> dict[str, str]:
    found = postgresql.parameters(url, variable)
    if "," in found.get("host", ""):
        raise OpsError(
            f"{variable} names several servers ({found['host']}): a failover has to know which is "
            "which, so name one.",
            ExitCode.MISCONFIGURED,
        )
    return found
