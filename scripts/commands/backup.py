"""`ops backup`, `ops backups`, `ops verify`."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from scripts import aws, postgresql
from scripts.backup.dump import (
    LEAST_JOBS,
    MOST_JOBS,
    UNASKED_JOBS,
    BackupRequest,
    default_jobs,
    run_backup,
)
from scripts.backup.encryption import Key, read_key
from scripts.backup.manifest import Manifest
from scripts.backup.repository import Origin, Repository, Verification
from scripts.backup.verify import VerifyRequest, run_verify
from scripts.commands.progress import steps
from scripts.context import AsJson, Context, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.metrics import Gauge
from scripts.settings import OpsSettings, needed

JOBS = default_jobs()
Jobs = Annotated[
    int,
    typer.Option(
        min=1,
        max=MOST_JOBS,
        help="Tables or parts at the same time.",
        show_default=f"this machine's processors, {LEAST_JOBS} to {UNASKED_JOBS}",
    ),
]
Named = Annotated[
    str, typer.Argument(metavar="ID|latest", help="A backup; `ops backups` lists them.")
]
ScratchUrl = Annotated[
    str | None,
    typer.Option(
        envvar="SCRATCH_URL",
        help="A server for the trial; without it one is started in a temporary folder.",
    ),
]


def backup(
    stack: StackName = None,
    as_json: AsJson = False,
    jobs: Jobs = JOBS,
    keep_local: Annotated[
        Path | None, typer.Option(help="Also keep a copy in this folder, for seven days.")
    ] = None,
) -> None:
    """Back up the database to S3: every table at one moment, without stopping anybody."""
    context = begin(stack, as_json=as_json)
    request = BackupRequest(
        connection=connection(context.settings),
        environment=context.settings.environment,
        jobs=jobs,
        key=key(context.settings),
        keep_local=keep_local,
    )
    with steps(context.console, "Parts") as advance:
        made = run_backup(
            repository(context.settings), request, report=context.console.say, advance=advance
        )
    context.console.show_one("Backup", described(made))
    context.keep_metrics("backup", backup_gauges(made))


def backups(stack: StackName = None, as_json: AsJson = False) -> None:
    """List the backups, the newest first, and what their trials found."""
    context = begin(stack, as_json=as_json)
    now = datetime.now(UTC)
    found = repository(context.settings).listing()
    context.console.show("Backups", [listed(each, result, now) for each, result in found.finished])
    for fault in found.faulty.values():
        context.console.fail(str(fault))
    if found.faulty:
        raise typer.Exit(ExitCode.DAMAGED)


def verify(
    named: Named = "latest",
    *,
    stack: StackName = None,
    as_json: AsJson = False,
    jobs: Jobs = JOBS,
    scratch_url: ScratchUrl = None,
    folder: Annotated[
        str | None, typer.Option(help="Where the temporary server keeps its data.")
    ] = None,
) -> None:
    """Restore a backup on trial and compare it with what was written, row by row."""
    context = begin(stack, as_json=as_json)
    store = repository(context.settings)
    scratch = (
        postgresql.parameters(SecretStr(scratch_url), "--scratch-url") if scratch_url else None
    )
    request = VerifyRequest(
        manifest=store.find(named, origin=origin(context.settings)),
        jobs=jobs,
        key=key(context.settings),
        scratch=scratch,
        folder=folder,
    )
    with steps(context.console, "Tables") as advance:
        result = run_verify(store, request, report=context.console.say, advance=advance)
    code = shown(context, result)
    context.keep_metrics("verify", verify_gauges(result))
    raise typer.Exit(code)


def connection(settings: OpsSettings) -> dict[str, str]:
    """Return the parameters of the primary."""
    return postgresql.parameters(needed(settings.database_url, "DATABASE_URL"), "DATABASE_URL")


def repository(settings: OpsSettings) -> Repository:
    """Return the backups of this environment."""
    return Repository(partial(aws.s3, settings), needed(settings.backup_bucket, "BACKUP_BUCKET"))


def origin(settings: OpsSettings) -> Origin | None:
    """Return what a backup of this environment is of; None where no database is named."""
    if settings.database_url is None:
        return None
    return Origin(database=connection(settings)["dbname"], environment=settings.environment)


def key(settings: OpsSettings) -> Key | None:
    """Return the key that backups are encrypted with, when one is named."""
    return read_key(settings.backup_key_file) if settings.backup_key_file else None


def described(manifest: Manifest) -> dict[str, Any]:
    """Return what a person wants to know of a new backup."""
    return {
        "id": manifest.id,
        "snapshot_at": manifest.snapshot_at.isoformat(timespec="seconds"),
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "bytes": manifest.size,
        "bytes_uncompressed": manifest.raw_size,
        "seconds": manifest.seconds,
        "encrypted_before_upload": manifest.encryption_key is not None,
    }


def listed(manifest: Manifest, result: Verification | None, now: datetime) -> dict[str, Any]:
    """Return a line of the list."""
    return {
        "id": manifest.id,
        "age": age(now - manifest.snapshot_at),
        "database": manifest.database.name,
        "rows": manifest.rows,
        "bytes": manifest.size,
        "verified": state(result),
    }


def state(result: Verification | None) -> str:
    """Return what the newest trial found, in a few words."""
    if result is None:
        return "not yet"
    return f"{'yes' if result.ok else 'DAMAGED'}, {result.verified_at:%Y-%m-%d}"


def age(span: timedelta) -> str:
    """Return a length of time as people say it: `3 d 4 h`, `5 h 12 min`, `7 min`."""
    minutes = int(span.total_seconds()) // 60
    hours, days = minutes // 60, minutes // 1440
    if days:
        return f"{days} d {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def shown(context: Context, result: Verification) -> ExitCode:
    """Show what a trial found and return the exit code."""
    context.console.show_one(
        "Verification",
        {
            "id": result.id,
            "ok": result.ok,
            "tables": result.tables,
            "rows": result.rows,
            "seconds": result.seconds,
            "findings": result.findings if context.console.as_json else len(result.findings),
        },
    )
    for finding in result.findings:
        context.console.fail(finding)
    return ExitCode.OK if result.ok else ExitCode.DAMAGED


def backup_gauges(manifest: Manifest) -> list[Gauge]:
    """Return the metrics of a backup. Its age comes from the bucket, by `backup-age`."""
    return [
        Gauge(
            name="messaging_backup_duration_seconds",
            help="How long the newest backup took.",
            value=manifest.seconds,
        ),
        Gauge(
            name="messaging_backup_size_bytes",
            help="Size of the newest backup in the bucket.",
            value=manifest.size,
        ),
        Gauge(
            name="messaging_backup_rows",
            help="Rows in the newest backup.",
            value=manifest.rows,
        ),
    ]


def verify_gauges(result: Verification) -> list[Gauge]:
    """Return the metrics of a trial."""
    return [
        Gauge(
            name="messaging_backup_verified_timestamp_seconds",
            help="When a backup was last restored on trial.",
            value=result.verified_at.timestamp(),
        ),
        Gauge(
            name="messaging_backup_verified_ok",
            help="Whether that trial found every row: 1, or 0 when it found damage.",
            value=result.ok,
        ),
        Gauge(
            name="messaging_backup_verify_duration_seconds",
            help="How long that trial took.",
            value=result.seconds,
        ),
    ]
