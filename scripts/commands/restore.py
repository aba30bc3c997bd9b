"""`ops restore`."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from scripts import postgresql
from scripts.backup import replacement
from scripts.backup import restore as procedure
from scripts.backup.manifest import Manifest
from scripts.backup.repository import Origin
from scripts.backup.restore import Restored, RestoreRequest
from scripts.commands.backup import JOBS, Jobs, age, connection, key, origin, repository
from scripts.commands.progress import steps
from scripts.context import AsJson, Context, StackName, begin
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

Named = Annotated[
    str | None, typer.Argument(metavar="[ID|latest]", help="A backup; `ops backups` lists them.")
]
At = Annotated[
    str | None,
    typer.Option("--at", help="The newest backup not after this time: 2026-11-27T01:30Z."),
]
Into = Annotated[
    str | None,
    typer.Option(
        help="Another database of the same server, made when it is missing: to look something up."
    ),
]
Replace = Annotated[bool, typer.Option(help="Take the place of a database that is not empty.")]
Confirm = Annotated[
    str | None, typer.Option(help="The name of the database that is replaced, for automation.")
]
DropOld = Annotated[
    bool,
    typer.Option(
        help="Remove the replaced database; without a backup, those kept by earlier restores."
    ),
]
CreateRoles = Annotated[
    bool, typer.Option(help="Make roles that the server lacks, from the backup.")
]


def restore(
    named: Named = None,
    *,
    at: At = None,
    into: Into = None,
    stack: StackName = None,
    as_json: AsJson = False,
    jobs: Jobs = JOBS,
    replace: Replace = False,
    confirm: Confirm = None,
    drop_old: DropOld = False,
    create_roles: CreateRoles = False,
) -> None:
    """Restore a backup beside the database, then put it in its place by a rename.

    Without --replace a database that is not empty is left alone, and you are told what it takes.
    """
    context = begin(stack, as_json=as_json)
    target = connection(context.settings)
    if into is not None:
        target = {**target, "dbname": into}
    if named is None and at is None:
        if not drop_old:
            raise OpsError("Name a backup: an id, latest, or --at TIME.", ExitCode.USAGE)
        _drop_old(context, target, confirm)
        return
    if at is not None and named not in (None, "latest"):
        raise OpsError(
            f"{named} names one backup and --at {at} another: leave one of them out.",
            ExitCode.USAGE,
        )
    store = repository(context.settings)
    when = None if at is None else moment(at)
    manifest = store.find(named, when, origin=origin(context.settings))
    request = RestoreRequest(
        connection=target,
        manifest=manifest,
        jobs=jobs,
        key=key(context.settings),
        replace=replace,
        confirmed=_confirmed(context, target, manifest, confirm) if replace else None,
        drop_old=drop_old,
        create_roles=create_roles,
    )
    with steps(context.console, "Parts") as advance:
        done = procedure.run_restore(store, request, report=context.console.say, advance=advance)
    context.console.show_one("Restored", described(done))


def described(done: Restored) -> dict[str, Any]:
    """Return what a person wants to know of a restore."""
    return {
        "database": done.database,
        "backup": done.backup,
        "rows": done.rows,
        "old_database_kept_as": done.kept,
    }


def moment(text: str) -> datetime:
    """Return the time that an ISO 8601 text names; UTC when it names no zone.

    Raises:
        OpsError: it names none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise OpsError(
            f"--at {text!r} is no time: write it like 2026-11-27T01:30Z.", ExitCode.USAGE
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _confirmed(
    context: Context, target: dict[str, str], manifest: Manifest, given: str | None
) -> str | None:
    """Return the name that was typed; asks for it on a terminal."""
    name = target["dbname"]
    old = age(datetime.now(UTC) - manifest.snapshot_at)
    context.console.warn(
        f"Database {name} on {target.get('host', 'this machine')} will be what it was {old} ago, "
        f"in backup {manifest.id} of {Origin.of(manifest)}: {manifest.rows} rows of "
        f"{len(manifest.tables)} tables."
    )
    return _typed(f"Type {name} to replace it", given)


def _typed(question: str, given: str | None) -> str | None:
    if given is not None or not sys.stdin.isatty():
        return given
    typed: str = typer.prompt(question, err=True)
    return typed


def _drop_old(context: Context, target: dict[str, str], confirm: str | None) -> None:
    """Remove what earlier restores have kept."""
    name = target["dbname"]
    with postgresql.connect(replacement.maintenance(target), "restore") as session:
        kept = replacement.kept_databases(session, name)
    if kept:
        context.console.warn(f"These databases will be removed: {', '.join(kept)}.")
        if _typed(f"Type {name} to remove them", confirm) != name:
            raise OpsError(
                f"Removing them was not confirmed with the name {name}; nothing was touched. Type "
                f"it when asked, or add --confirm {name}.",
                ExitCode.REFUSED,
            )
        replacement.drop_kept(target, kept)
    context.console.show("Removed", [{"database": each} for each in kept])
