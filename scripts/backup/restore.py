"""A backup in place of the live database: restored beside it, checked, then renamed.

Until the rename (`replacement.py`) the live database is not touched. The old one is kept under a
name with the time; only `drop_old` removes it.
"""

from dataclasses import dataclass

from scripts import locks, postgresql
from scripts.backup import load, replacement, roles
from scripts.backup.encryption import Key
from scripts.backup.load import LoadRequest
from scripts.backup.manifest import Manifest
from scripts.backup.objects import Place
from scripts.backup.replacement import Report
from scripts.backup.repository import Repository
from scripts.backup.unload import Advance
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.postgresql import Session


@dataclass(frozen=True, kw_only=True)
class RestoreRequest:
    """A backup and where it goes.

    Args:
        connection: parameters of the database that is to become what it was.
        manifest: of the backup.
        replace: whether a database that is not empty may be replaced.
        confirmed: the name of that database, typed by whoever wants it replaced.
        drop_old: remove the replaced database at the end.
        create_roles: make the roles that the backup names and the server lacks.
    """

    connection: dict[str, str]
    manifest: Manifest
    jobs: int
    key: Key | None = None
    replace: bool = False
    confirmed: str | None = None
    drop_old: bool = False
    create_roles: bool = False

    @property
    def name(self) -> str:
        return self.connection["dbname"]


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore did."""

    database: str
    backup: str
    rows: int
    kept: str | None
    """The database that was live before; None when there was none or it was removed."""


def run_restore(
    repository: Repository, request: RestoreRequest, *, report: Report, advance: Advance
) -> Restored:
    """Restore a backup and put it in place.

    Raises:
        OpsError: something is in the way, or the restore failed. The live database is then what it
            was.
    """
    manifest = request.manifest
    place = place_of(repository, manifest, request.key)
    with postgresql.connect(replacement.maintenance(request.connection), "restore") as session:
        _check_version(session, manifest)
        # Two databases of a server can be restored at the same time, unless the names of what a
        # killed restore left do not tell which of them it was of.
        name = replacement.kept_part(request.name)
        with locks.database_lock(session, f"restore {name}") as lock:
            _refuse_what_is_in_the_way(session, request)
            _roles(session, place, request)
            replacement.drop_unfinished(session, request.name, report)
            with replacement.fresh_database(session, request.name, manifest) as fresh:
                loading = LoadRequest(
                    place=place,
                    manifest=manifest,
                    connection={**request.connection, "dbname": fresh},
                    jobs=request.jobs,
                )
                load.load(loading, report=report, advance=advance)
                load.apply_properties(session, fresh, manifest)
                lock.check()
                kept = replacement.put_in_place(session, request.connection, fresh, manifest.id)
            if kept and (request.drop_old or replacement.is_empty(request.connection, kept)):
                replacement.drop(session, kept)
                kept = None
    return Restored(database=request.name, backup=manifest.id, rows=manifest.rows, kept=kept)


def place_of(repository: Repository, manifest: Manifest, key: Key | None) -> Place:
    """Return where a backup is read from: one from before there was a key is not encrypted.

    Raises:
        OpsError: it is encrypted, and the key is not the one that opens it.
    """
    wanted = manifest.encryption_key
    if wanted and key is None:
        raise OpsError(
            f"Backup {manifest.id} is encrypted with key {wanted}: name its file in "
            "BACKUP_KEY_FILE.",
            ExitCode.MISCONFIGURED,
        )
    if wanted and key and key.identity != wanted:
        raise OpsError(
            f"Backup {manifest.id} is encrypted with key {wanted}, and BACKUP_KEY_FILE has key "
            f"{key.identity}: name the file of the other one.",
            ExitCode.MISCONFIGURED,
        )
    return repository.place(manifest.id, key if wanted else None)


def _check_version(session: Session, manifest: Manifest) -> None:
    major = session.info.server_version // 10000
    if major < manifest.server_major:
        raise OpsError(
            f"Backup {manifest.id} is of PostgreSQL {manifest.server_major}, and this server is "
            f"{major}: restore it to a server of that version or a newer one.",
            ExitCode.REFUSED,
        )


def _refuse_what_is_in_the_way(session: Session, request: RestoreRequest) -> None:
    name = request.name
    if not 0 < len(name.encode()) <= replacement.NAME_BYTES:
        raise OpsError(
            f"{name!r} is no name for a database: it needs 1 to {replacement.NAME_BYTES} bytes.",
            ExitCode.USAGE,
        )
    if name == replacement.MAINTENANCE or replacement.is_template(session, name):
        raise OpsError(
            f"The database {name} cannot be replaced, since the server needs it to make others: "
            "name another one in DATABASE_URL or --into.",
            ExitCode.REFUSED,
        )
    if not replacement.occupied(session, request.connection):
        return
    if not request.replace:
        raise OpsError(
            f"Database {name} is not empty; nothing was touched. To put backup "
            f"{request.manifest.id} in its place, add --replace: {name} is kept under another "
            "name.",
            ExitCode.REFUSED,
        )
    if request.confirmed != name:
        raise OpsError(
            f"Replacing database {name} was not confirmed with its name; nothing was touched. "
            f"Type it when asked, or add --confirm {name}.",
            ExitCode.REFUSED,
        )


def _roles(session: Session, place: Place, request: RestoreRequest) -> None:
    """See that every role of the backup is there."""
    if _missing(session, request.manifest) and request.create_roles:
        roles.create(place, request.manifest, replacement.maintenance(request.connection))
    missing = _missing(session, request.manifest)
    if missing:
        raise OpsError(
            f"This server lacks the roles {', '.join(missing)}, which own something in backup "
            f"{request.manifest.id} or have a right to it: create them, or add --create-roles, "
            "which takes them from the backup.",
            ExitCode.REFUSED,
        )


def _missing(session: Session, manifest: Manifest) -> list[str]:
    there = {role for (role,) in session.execute("SELECT rolname FROM pg_roles").fetchall()}
    return [role for role in manifest.database.roles if role not in there]
