"""`ops maintenance`: VACUUM, ANALYZE, and what is left to win."""

import time
from dataclasses import asdict
from typing import Annotated

import typer

from scripts import postgresql
from scripts.context import AsJson, Context, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.maintenance import report, run
from scripts.maintenance.run import Done, Table
from scripts.metrics import Gauge
from scripts.postgresql import Session
from scripts.settings import needed

AnalyzeOnly = Annotated[
    bool, typer.Option("--analyze-only", help="Bring the planner's statistics up to date only.")
]


def maintenance(
    analyze_only: AnalyzeOnly = False, stack: StackName = None, as_json: AsJson = False
) -> None:
    """Vacuum and analyse every table, and report bloat and the age of transaction numbers."""
    context = begin(stack, as_json=as_json)
    url = needed(context.settings.database_url, "DATABASE_URL")
    connection = postgresql.parameters(url, "DATABASE_URL")
    began = time.monotonic()
    with (
        postgresql.connect(connection, "maintenance") as session,
        postgresql.connect(connection, "maintenance") as lock,
    ):
        done = _maintain(context, session, lock, analyze_only=analyze_only)
        _show(context, session, done)
    left_out = [each for each in done if each.fault]
    context.console.say(
        f"{len(done) - len(left_out)} tables in {time.monotonic() - began:.1f} s, "
        f"{len(left_out)} left out."
    )
    if left_out:
        raise typer.Exit(ExitCode.WARNING)
    context.keep_metrics("maintenance", _gauges(began))


def _maintain(
    context: Context, session: Session, lock: Session, *, analyze_only: bool
) -> list[Done]:
    done: list[Done] = []
    with context.console.progress() as progress:
        task = progress.add_task("Tables", total=None)

        def starting(table: Table, total: int) -> None:
            progress.update(task, total=total, completed=len(done), description=str(table))

        try:
            for each in run.maintain(session, lock, analyze_only=analyze_only, starting=starting):
                done.append(each)  # noqa: PERF402  (an interrupt must find those that are done)
        except KeyboardInterrupt:
            names = ", ".join(each.table for each in done) or "no table"
            context.console.say(f"Done before the interrupt: {names}. The statement was cancelled.")
            raise
    return done


def _show(context: Context, session: Session, done: list[Done]) -> None:
    tables = [asdict(each) for each in done]
    bloat = report.bloat(session)
    ages = [{**asdict(age), "verdict": age.verdict} for age in report.ages(session)]
    if context.console.as_json:
        everything = {"tables": tables, "bloat": bloat, "transaction_ages": ages}
        context.console.show_one("Maintenance", everything)
        return
    context.console.show("Tables", tables)
    context.console.show("Space to win (estimate)", bloat)
    context.console.show("Age of transaction numbers", ages)


def _gauges(began: float) -> list[Gauge]:
    return [
        Gauge(
            name="messaging_maintenance_finished_timestamp_seconds",
            help="When maintenance last went over every table.",
            value=time.time(),
        ),
        Gauge(
            name="messaging_maintenance_duration_seconds",
            help="How long it took.",
            value=time.monotonic() - began,
        ),
    ]
