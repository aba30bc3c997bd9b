"""A backup in place of the live database: restored beside it, checked, then renamed.

Until the rename, which is one transaction, the live database is not touched. The old one is kept
under a name with the time; only `drop_old` removes it.
"""

import contextlib
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import psycopg
from psycopg import sql

from scripts import locks, postgresql
from scripts.backup import load, programs
from scripts.backup.encryption import Key
from scripts.backup.load import LoadRequest
from scripts.backup.manifest import Manifest
from scripts.backup.objects import Place, read
from scripts.backup.repository import Repository
from scripts.backup.unload import Advance
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.postgresql import Session

MAINTENANCE: Final = "postgres"
"""The database to be in while others are renamed."""

NAME_BYTES: Final = 63
"""PostgreSQL cuts longer names off."""

RENAME_ATTEMPTS: Final = 20
END_SECONDS: Final = 0.2

UNFINISHED: Final = "ops restore: unfinished, remove at will"
"""Comment of a database that is being restored; what has it is in nobody's use."""
KEPT: Final = "ops restore: was {name} until {time}"

Report = Callable[[str], None]


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
    check_key(manifest, request.key)
    place = repository.place(manifest.id, request.key)
    with postgresql.connect(_maintenance(request), "restore") as session:
        _check_version(session, manifest)
        # The name in the lock: two databases of a server can be restored at the same time.
        with locks.database_lock(session, f"restore {request.name}") as lock:
            _refuse_what_is_in_the_way(session, request)
            _roles(session, place, request)
            _drop_unfinished(session, request.name, report)
            with _fresh_database(session, request) as fresh:
                loading = LoadRequest(
                    place=place,
                    manifest=manifest,
                    connection={**request.connection, "dbname": fresh},
                    jobs=request.jobs,
                )
                load.load(loading, report=report, advance=advance)
                load.apply_properties(session, fresh, manifest)
                lock.check()
                kept = _put_in_place(session, request, fresh)
            if kept and (request.drop_old or _is_empty(request.connection, kept)):
                _drop(session, kept)
                kept = None
    return Restored(database=request.name, backup=manifest.id, rows=manifest.rows, kept=kept)


def check_key(manifest: Manifest, key: Key | None) -> None:
    """Raise OpsError unless the key is the one that opens the backup."""
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


def exists(session: Session, name: str) -> bool:
    """Whether the server has that database."""
    query = "SELECT FROM pg_database WHERE datname = %s"
    return session.execute(query, [name]).fetchone() is not None


def kept_databases(session: Session, name: str) -> list[str]:
    """Return the databases that earlier restores of this one have kept, the oldest first."""
    query = """
        SELECT datname FROM pg_database d
        WHERE shobj_description(d.oid, 'pg_database') LIKE %s ORDER BY 1
    """
    pattern = KEPT.format(name=name, time="%")
    return [kept for (kept,) in session.execute(query, [pattern]).fetchall()]


def drop_kept(connection: dict[str, str], names: Sequence[str]) -> None:
    """Remove databases that earlier restores have kept."""
    with postgresql.connect({**connection, "dbname": MAINTENANCE}, "restore") as session:
        for name in names:
            _drop(session, name)


def occupied(session: Session, connection: dict[str, str]) -> bool:
    """Whether the database is there and has something in it."""
    name = connection["dbname"]
    return exists(session, name) and not _is_empty(connection, name)


def _maintenance(request: RestoreRequest) -> dict[str, str]:
    return {**request.connection, "dbname": MAINTENANCE}


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
    if name == MAINTENANCE:
        raise OpsError(
            f"The database {name} cannot be replaced, since one has to be in it to do so: name "
            "another one in DATABASE_URL.",
            ExitCode.REFUSED,
        )
    if not occupied(session, request.connection):
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
        create_roles(place, request.manifest, _maintenance(request))
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


def create_roles(place: Place, manifest: Manifest, connection: dict[str, str]) -> None:
    """Create the roles of a backup; those that are there already are left as they are."""
    statements = b"".join(read(place, manifest.globals)).decode().splitlines()
    with postgresql.connect(connection, "restore") as session:
        there = {role for (role,) in session.execute("SELECT rolname FROM pg_roles").fetchall()}
    wanted = "\n".join(line for line in statements if not _is_about(line, there))
    command = [postgresql.program("psql", manifest.server_major), "--no-psqlrc", "--quiet"]
    command += ["--set=ON_ERROR_STOP=1"]
    programs.fed(command, postgresql.environment(connection), iter([wanted.encode()]))


def _is_about(line: str, roles: set[str]) -> bool:
    """Whether a line of pg_dumpall makes or changes one of these roles, or a tablespace."""
    quoted = {f'"{role}"' for role in roles} | roles
    for begin in ("CREATE ROLE ", "ALTER ROLE "):
        if line.startswith(begin):
            rest = line.removeprefix(begin).rstrip(";")
            return any(rest == role or rest.startswith(f"{role} ") for role in quoted)
    return "TABLESPACE" in line


@contextmanager
def _fresh_database(session: Session, request: RestoreRequest) -> Generator[str]:
    """Give a new database, which is dropped when the block fails."""
    stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
    fresh = _named(request.name, f"_restoring_{stamp}")
    load.create_database(session, fresh, request.manifest)
    try:
        _comment(session, fresh, UNFINISHED)
        yield fresh
    except BaseException:
        # A session that was cut leaves it to the next run.
        with contextlib.suppress(psycopg.Error):
            _drop(session, fresh)
        raise


def _put_in_place(session: Session, request: RestoreRequest, fresh: str) -> str | None:
    """Rename the live database away and the fresh one to its name, both or none.

    A rename waits until nobody is in the database and lets nobody in meanwhile.
    """
    name = request.name
    now = datetime.now(UTC)
    kept = _named(name, f"_until_{now:%Y%m%d_%H%M%S}") if exists(session, name) else None
    for attempt in range(1, RENAME_ATTEMPTS + 1):
        try:
            with _ending_sessions(request, [name, fresh]), session.transaction():
                if kept:
                    _rename(session, name, kept)
                    time = now.isoformat(timespec="seconds")
                    _comment(session, kept, KEPT.format(name=name, time=time))
                _rename(session, fresh, name)
                _comment(session, name, f"Restored from backup {request.manifest.id}")
        except psycopg.errors.ObjectInUse:
            if attempt == RENAME_ATTEMPTS:
                raise OpsError(
                    f"Database {name} is in use again and again, so that it cannot be renamed; it "
                    "is what it was. Stop the application and run this again."
                ) from None
        else:
            return kept
    return None


@contextmanager
def _ending_sessions(request: RestoreRequest, names: list[str]) -> Generator[None]:
    """End everybody's sessions in these databases, again and again until the block ends."""
    done = threading.Event()
    query = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = ANY (%s) AND pid <> pg_backend_pid()
    """

    def end_them() -> None:
        with (
            contextlib.suppress(psycopg.Error),
            postgresql.connect(_maintenance(request), "restore") as session,
        ):
            while not done.is_set():
                session.execute(query, [names])
                done.wait(END_SECONDS)

    thread = threading.Thread(target=end_them)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _drop_unfinished(session: Session, name: str, report: Report) -> None:
    """Remove what killed restores of this database left; they never were live."""
    query = """
        SELECT datname FROM pg_database d WHERE left(datname, length(%s)) = %s
          AND coalesce(shobj_description(d.oid, 'pg_database'), %s) = %s
    """
    prefix = _named(name, "_restoring_", room=14)
    found = session.execute(query, [prefix, prefix, UNFINISHED, UNFINISHED]).fetchall()
    for (left,) in found:
        _drop(session, left)
        report(f"Removed {left}, which a restore that did not end had left.")


def _is_empty(connection: dict[str, str], name: str) -> bool:
    query = """
        SELECT NOT EXISTS (
            SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
          AND NOT EXISTS (SELECT FROM pg_largeobject_metadata)
    """
    with postgresql.connect({**connection, "dbname": name}, "restore") as session:
        row = session.execute(query).fetchone()
    return bool(row and row[0])


def _named(name: str, suffix: str, room: int = 0) -> str:
    """Return a name with a suffix, cut so that PostgreSQL does not cut the suffix."""
    most = NAME_BYTES - len(suffix) - room
    return name.encode()[:most].decode(errors="ignore") + suffix


def _rename(session: Session, old: str, new: str) -> None:
    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    session.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))


def _comment(session: Session, name: str, text: str) -> None:
    session.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), text))


def _drop(session: Session, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    session.execute(statement.format(sql.Identifier(name)))
