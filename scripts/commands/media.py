"""`ops media-backup`, `ops media-restore`."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from scripts import aws, postgresql
from scripts.commands.backup import connection
from scripts.commands.progress import steps
from scripts.context import AsJson, Context, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.locks import file_lock
from scripts.media.consistency import Consistency, compare, names
from scripts.media.places import Bucket, Folder, Where
from scripts.media.sync import JOBS, Synced, SyncRequest, run_sync, some
from scripts.metrics import Gauge
from scripts.settings import OpsSettings, needed

PREFIX = "media/"
"""Of the copy, in the bucket of backups."""

Jobs = Annotated[int, typer.Option(min=1, max=128, help="Files at the same time.")]
Delete = Annotated[bool, typer.Option(help="Remove what is no longer there; says first what.")]
ForReal = Annotated[bool, typer.Option(help="With --delete: do remove it.")]
DryRun = Annotated[bool, typer.Option(help="Only say what would be done.")]
Rewrite = Annotated[bool, typer.Option(help="Copy also what seems to be the same.")]


def media_backup(
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder; MEDIA_BUCKET without one.")
    ] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
    jobs: Jobs = JOBS,
    delete: Delete = False,
    for_real: ForReal = False,
    dry_run: DryRun = False,
    rewrite: Rewrite = False,
) -> None:
    """Copy new and changed media to the bucket of backups."""
    context = begin(stack, as_json=as_json)
    request = SyncRequest(
        source=_media(context.settings, source),
        target=_copy(context.settings),
        jobs=jobs,
        delete=delete,
        for_real=for_real,
        dry_run=dry_run,
        rewrite=rewrite,
    )
    raise typer.Exit(_run(context, "media-backup", request))


def media_restore(
    target: Annotated[
        Path | None, typer.Option("--to", help="A folder; MEDIA_BUCKET without one.")
    ] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
    jobs: Jobs = JOBS,
    delete: Delete = False,
    for_real: ForReal = False,
    dry_run: DryRun = False,
    rewrite: Rewrite = False,
) -> None:
    """Copy media back from the bucket of backups, where they are missing or differ."""
    context = begin(stack, as_json=as_json)
    if target:
        target.mkdir(parents=True, exist_ok=True)
    request = SyncRequest(
        source=_copy(context.settings),
        target=_media(context.settings, target),
        jobs=jobs,
        delete=delete,
        for_real=for_real,
        dry_run=dry_run,
        rewrite=rewrite,
    )
    raise typer.Exit(_run(context, "media-restore", request))


def _media(settings: OpsSettings, folder: Path | None) -> Where:
    if folder:
        return Folder(folder)
    return Bucket(aws.s3(settings), needed(settings.media_bucket, "MEDIA_BUCKET"))


def _copy(settings: OpsSettings) -> Bucket:
    return Bucket(aws.s3(settings), needed(settings.backup_bucket, "BACKUP_BUCKET"), PREFIX)


def _run(context: Context, procedure: str, request: SyncRequest) -> ExitCode:
    with (
        _lock(Path(context.settings.state_directory), procedure),
        steps(context.console, "Files") as advance,
    ):
        named = _named(context.settings)
        done = run_sync(request, report=context.console.warn, advance=advance)
    if done.superfluous and not done.deleted:
        context.console.warn(
            f"{len(done.superfluous)} files of {request.target} would be removed: "
            f"{some(done.superfluous)}. To do so, add --for-real."
        )
    found = _consistency(context, named, request.target)
    _show(context, request, done, found)
    if not request.dry_run:
        name = procedure.replace("-", "_")
        context.keep_metrics(name, _gauges(name, done, found))
    return ExitCode.DAMAGED if found and found.missing else ExitCode.OK


@contextmanager
def _lock(folder: Path, procedure: str) -> Generator[None]:
    """Hold the lock where containers and people of a machine meet: each has a /tmp of its own."""
    with ExitStack() as held:
        try:
            held.enter_context(file_lock(folder, procedure))
        except OSError as error:
            raise OpsError(
                f"The lock of {procedure} could not be taken in {folder}: {error.strerror}. Run "
                "this as a user who may write there, or name another folder in STATE_DIRECTORY, "
                "the same one for everybody who copies on this machine.",
                ExitCode.MISCONFIGURED,
            ) from error
        yield


def _named(settings: OpsSettings) -> set[str] | None:
    """Ask the database for the names of files, where a table of media is named."""
    if settings.media_table is None:
        return None
    with postgresql.connect(connection(settings), "media") as session:
        return names(session, settings.media_table, settings.media_column)


def _consistency(context: Context, named: set[str] | None, place: Where) -> Consistency | None:
    """Compare what the database has named with what is there now."""
    if named is None:
        return None
    settings = context.settings
    found = compare(named, place)
    if found.missing:
        context.console.fail(
            f"{len(found.missing)} of {found.named} files that {settings.media_table}."
            f"{settings.media_column} names are not in {place}: {some(found.missing)}."
        )
    if found.unknown:
        context.console.warn(
            f"{len(found.unknown)} files in {place} are named nowhere in {settings.media_table}."
            f"{settings.media_column}: {some(found.unknown)}."
        )
    return found


def _show(context: Context, request: SyncRequest, done: Synced, found: Consistency | None) -> None:
    context.console.show_one(
        "Media",
        {
            "from": str(request.source),
            "to": str(request.target),
            "dry_run": request.dry_run,
            "copied": done.copied,
            "bytes": done.copied_bytes,
            "same": done.same,
            "superfluous": len(done.superfluous),
            "deleted": done.deleted,
            "named_in_database": found.named if found else None,
            "missing": len(found.missing) if found else None,
            "unknown": len(found.unknown) if found else None,
        },
    )


def _gauges(procedure: str, done: Synced, found: Consistency | None) -> list[Gauge]:
    gauges = [
        Gauge(
            name=f"messaging_{procedure}_copied_files",
            help="Files that the last run copied.",
            value=done.copied,
        ),
        Gauge(
            name=f"messaging_{procedure}_copied_bytes",
            help="Bytes that the last run copied.",
            value=done.copied_bytes,
        ),
    ]
    if found:
        gauges.append(
            Gauge(
                name=f"messaging_{procedure}_missing_files",
                help="Files that the database names and the copy lacks.",
                value=len(found.missing),
            )
        )
    return gauges
