"""A backup restored on trial and compared with what was written."""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Final

import psycopg
from psycopg import sql
from psycopg.abc import Buffer

from scripts import locks, postgresql
from scripts.backup import load, objects, replacement, restore, roles, scratch, snapshot
from scripts.backup.catalogue import Source
from scripts.backup.copying import copy_out
from scripts.backup.encryption import Key
from scripts.backup.load import LoadRequest
from scripts.backup.manifest import Chunk, Manifest, Sequence, Table
from scripts.backup.objects import Place
from scripts.backup.programs import ProgramError
from scripts.backup.repository import Repository, Verification
from scripts.backup.unload import Advance
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.postgresql import Session

CONTRADICTION: Final = re.compile("could not create unique index|violates|invalid input")
"""What PostgreSQL says of rows that contradict their own table: no server takes them."""

PREFIX: Final = "ops_verify_"
"""Of the databases that are made for trials."""

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class VerifyRequest:
    """A backup to be tried.

    Args:
        scratch: parameters of a server where a database may be made and dropped; without them a
            server is started in a temporary folder.
        folder: where that server keeps its data; it needs as much room as the database.
    """

    manifest: Manifest
    jobs: int
    key: Key | None = None
    scratch: dict[str, str] | None = None
    folder: str | None = None


def run_verify(
    repository: Repository, request: VerifyRequest, *, report: Report, advance: Advance
) -> Verification:
    """Check every object, restore the backup, compare; keep the result beside the manifest.

    Raises:
        OpsError: the trial could not be made. What is wrong with the backup is in the result.
    """
    began = time.monotonic()
    manifest = request.manifest
    place = restore.place_of(repository, manifest, request.key)
    findings = _damaged_objects(place, manifest, request.jobs, report)
    if not findings:
        findings = _restored(place, request, report, advance)
    result = Verification(
        id=manifest.id,
        verified_at=datetime.now(UTC),
        ok=not findings,
        findings=findings,
        tables=len(manifest.tables),
        rows=manifest.rows,
        seconds=round(time.monotonic() - began, 1),
    )
    repository.record(result)
    return result


def _damaged_objects(place: Place, manifest: Manifest, jobs: int, report: Report) -> list[str]:
    """Return a sentence for each object that is not what was written."""
    report(f"Checksums of {len(manifest.objects)} objects …")

    def check(stored: objects.StoredObject) -> str | None:
        try:
            objects.check(place, stored)
        except OpsError as error:
            if error.code != ExitCode.DAMAGED:
                raise
            return str(error)
        return None

    with ThreadPoolExecutor(jobs) as threads:
        return [found for found in threads.map(check, manifest.objects) if found]


def _restored(place: Place, request: VerifyRequest, report: Report, advance: Advance) -> list[str]:
    """Restore the backup and return a sentence for each difference."""
    try:
        with _scratch_database(place, request) as connection:
            loading = LoadRequest(
                place=place,
                manifest=request.manifest,
                connection=connection,
                jobs=request.jobs,
                in_order=True,
                options=("--no-tablespaces",),
            )
            load.load(loading, report=report, advance=advance)
            report("Comparing …")
            return _differences(request.manifest, connection, request.jobs)
    except psycopg.OperationalError:  # a disk or a connection, which has a sentence of its own
        raise
    except (OpsError, psycopg.Error) as error:
        if _is_the_backups(error):
            return [f"It could not be restored: {error}"]
        if isinstance(error, (ProgramError, psycopg.Error)):
            raise _nothing_proven(request.manifest, error) from error
        raise


def _is_the_backups(error: OpsError | psycopg.Error) -> bool:
    """Whether a fault is one of the backup, and not of the server or the way to it."""
    if isinstance(error, ProgramError):
        return CONTRADICTION.search(str(error)) is not None
    if isinstance(error, OpsError):
        return error.code == ExitCode.DAMAGED
    return isinstance(error, (psycopg.IntegrityError, psycopg.DataError))


def _nothing_proven(manifest: Manifest, error: ProgramError | psycopg.Error) -> OpsError:
    """Return what it means when PostgreSQL refuses what is proven to be what was written.

    It says nothing against the rows, so that this is no damage.
    """
    said = " ".join(str(error).split()).rstrip(".")
    return OpsError(
        f"The trial of backup {manifest.id} could not be made, and nothing was recorded of it: its "
        f"objects are what was written, but the server of the trial refused them: {said}. Give "
        "that server what it lacks (a right, an extension, room), or name another one with "
        "--scratch-url, then run this again."
    )


@contextmanager
def _scratch_database(place: Place, request: VerifyRequest) -> Generator[dict[str, str]]:
    manifest = request.manifest
    if request.scratch is None:
        extensions = manifest.database.extensions
        with scratch.server(manifest.server_major, extensions, request.folder) as connection:
            yield from _database(place, manifest, connection)
    else:
        yield from _database(place, manifest, request.scratch)


def _database(
    place: Place, manifest: Manifest, connection: dict[str, str]
) -> Iterator[dict[str, str]]:
    name = f"{PREFIX}{token_hex(6)}"
    roles.create(place, manifest, connection)
    with (
        postgresql.connect(connection, "verify") as session,
        locks.database_lock(session, name),
    ):
        _drop_left(session)
        load.create_database(session, name, manifest)
        try:
            yield {**connection, "dbname": name}
        finally:
            replacement.drop(session, name)


def _drop_left(session: Session) -> None:
    """Remove databases of trials that were killed: their lock ended with them."""
    query = "SELECT datname FROM pg_database WHERE datname ~ %s"
    for (name,) in session.execute(query, [f"^{PREFIX}[0-9a-f]{{12}}$"]).fetchall():
        with suppress(OpsError), locks.database_lock(session, name):
            replacement.drop(session, name)


def _differences(manifest: Manifest, connection: dict[str, str], jobs: int) -> list[str]:
    local = threading.local()
    opened: list[Session] = []

    def session() -> Session:
        if not hasattr(local, "session"):
            local.session = postgresql.connect(connection, "verify")
            opened.append(local.session)
            snapshot.prepare(local.session)
        return local.session

    def compare(table: Table) -> str | None:
        return _difference(session(), table)

    try:
        with ThreadPoolExecutor(jobs) as threads:
            own = [table for table in manifest.tables if table.root is None]
            found = [each for each in threads.map(compare, own) if each]
        with postgresql.connect(connection, "verify") as last:
            found += _missing_rows(last, manifest)
            found += [text for each in manifest.sequences if (text := _moved(last, each))]
    finally:
        for each in opened:
            each.close()
    return found


def _difference(session: Session, table: Table) -> str | None:
    """Read a table in the order in which it was loaded, and compare it chunk by chunk."""
    source = Source(oid=0, table=table, pages=0, bytes=0, condition="")
    with copy_out(session, source.query(0, None), table.format) as copy:
        is_same = _digests(copy.blocks(), table.chunks)
    if copy.rows != table.rows:
        return f"Table {table.label} has {copy.rows} rows, and {table.rows} were backed up."
    if not is_same:
        return f"Table {table.label} has other rows than those that were backed up."
    return None


def _digests(pieces: Iterator[Buffer], chunks: list[Chunk]) -> bool:
    """Whether the bytes are those of the chunks, one after the other; no piece is empty."""
    waiting: Buffer = b""
    for chunk in chunks:
        digest, missing = hashlib.sha256(), chunk.stored.raw_size
        while missing:
            waiting = waiting or next(pieces, b"")
            if not waiting:
                return _drained(pieces)
            part, waiting = waiting[:missing], waiting[missing:]
            digest.update(part)
            missing -= len(part)
        if digest.hexdigest() != chunk.stored.raw_digest:
            return _drained(pieces)
    rest = sum(len(piece) for piece in pieces)
    return not waiting and not rest


def _drained(pieces: Iterator[Buffer]) -> bool:
    """Read on to the end, so that the number of rows is known; return False."""
    for _ in pieces:
        pass
    return False


def _missing_rows(session: Session, manifest: Manifest) -> list[str]:
    """Compare the rows of tables that are partitioned by a hash.

    The hash of some types differs between servers, so that rows can lie in another partition: they
    are counted as a whole.
    """
    wanted: dict[tuple[str, str], int] = {}
    for table in manifest.tables:
        if table.root:
            wanted[table.root] = wanted.get(table.root, 0) + table.rows
    found: list[str] = []
    for root, expected in wanted.items():
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*root))
        ((rows,),) = session.execute(query).fetchall()
        if rows != expected:
            name = ".".join(root)
            found.append(f"Table {name} has {rows} rows, and {expected} were backed up.")
    return found


def _moved(session: Session, wanted: Sequence) -> str | None:
    name = sql.Identifier(wanted.schema_name, wanted.name)
    query = sql.SQL("SELECT last_value, is_called FROM {}").format(name)
    ((last_value, is_called),) = session.execute(query).fetchall()
    if (last_value, is_called) == (wanted.last_value, wanted.is_called):
        return None
    return (
        f"Sequence {wanted.schema_name}.{wanted.name} stands at {last_value}, and "
        f"{wanted.last_value} was backed up."
    )
