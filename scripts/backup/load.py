"""A backup into an empty database: definitions, then rows, then indexes and constraints."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg import sql
from psycopg.conninfo import make_conninfo

from scripts import leftovers, postgresql
from scripts.backup import programs, snapshot
from scripts.backup.copying import HEADER_BYTES, TRAILER
from scripts.backup.manifest import Chunk, Manifest, Table
from scripts.backup.objects import Place, damaged, read
from scripts.backup.unload import Advance
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.postgresql import Session

HEADER: Final = b"PGCOPY\n\xff\r\n\0".ljust(HEADER_BYTES, b"\0")

Report = Callable[[str], None]

INDEX_MEMORY: Final = "512MB"
"""For each index that is built, unless the server gives more."""


@dataclass(frozen=True, kw_only=True)
class LoadRequest:
    """A backup and the empty database that it goes into.

    Args:
        connection: parameters of that database.
        jobs: tables, or parts of one, that are loaded at the same time.
        in_order: load each table in one transaction, so that its rows lie as they lay: a trial
            compares them. Without it, parts of one table are loaded at the same time.
        options: for pg_restore.
    """

    place: Place
    manifest: Manifest
    connection: dict[str, str]
    jobs: int
    in_order: bool = False
    options: Sequence[str] = ()


def load(request: LoadRequest, *, report: Report, advance: Advance) -> None:
    """Load it. Whatever fails leaves a database that is of no use: the caller drops it.

    Raises:
        OpsError: something in the backup is not what was written, or PostgreSQL refused it.
    """
    with leftovers.temporary_folder("restore") as folder:
        archive = folder / "schema.dump"
        _fetch(request, archive)
        report("Definitions …")
        _restore(request, archive, "pre-data", jobs=1)
        report(f"{request.manifest.rows} rows of {len(request.manifest.tables)} tables …")
        _rows(request, advance)
        _large_objects(request)
        _sequences(request)
        report("Indexes and constraints …")
        _restore(request, archive, "post-data", jobs=request.jobs)
    report("Statistics …")
    _analyse(request)


def _fetch(request: LoadRequest, archive: Path) -> None:
    try:
        with archive.open("wb") as file:
            for piece in read(request.place, request.manifest.schema_archive):
                file.write(piece)
    except OSError as error:
        raise OpsError(
            f"The definitions could not be written to {archive}: {error.strerror}. Make room there "
            "or name another folder in TMPDIR, then run this again."
        ) from None


def _restore(request: LoadRequest, archive: Path, section: str, *, jobs: int) -> None:
    command = [postgresql.program("pg_restore", request.manifest.server_major)]
    command += ["--exit-on-error", f"--section={section}", f"--jobs={jobs}", *request.options]
    # Any other name with `=` would be read as parameters.
    command += ["--dbname", make_conninfo(dbname=request.connection["dbname"]), str(archive)]
    programs.run(command, _quick(postgresql.environment(request.connection)))


def _quick(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a session that nobody reads from yet."""
    options = f"{environment.get('PGOPTIONS', '')} -c synchronous_commit=off"
    options += f" -c maintenance_work_mem={INDEX_MEMORY} -c statement_timeout=0"
    return {**environment, "PGOPTIONS": options.strip()}


def _rows(request: LoadRequest, advance: Advance) -> None:
    tables = sorted(request.manifest.tables, key=_raw_size, reverse=True)
    if request.in_order:
        units = [(table, table.chunks) for table in tables]
    else:
        units = [(table, [chunk]) for table in tables for chunk in table.chunks]
    stop = threading.Event()

    def work(table: Table, chunks: Sequence[Chunk]) -> None:
        with postgresql.connect(request.connection, "restore") as session:
            snapshot.prepare(session)
            session.execute("SET synchronous_commit = off")
            _load_table(request.place, session, table, chunks, stop)

    in_parallel(work, units, request.jobs, stop, advance)


def in_parallel(
    work: Callable[[Table, Sequence[Chunk]], None],
    units: Sequence[tuple[Table, Sequence[Chunk]]],
    jobs: int,
    stop: threading.Event,
    advance: Advance,
) -> None:
    """Run `work` on every unit; the first fault stops all of them."""
    with ThreadPoolExecutor(jobs) as threads:
        begun: list[Future[None]] = [threads.submit(work, *unit) for unit in units]
        try:
            for done, future in enumerate(begun, start=1):
                future.result()
                advance(done, len(units))
        except BaseException:
            stop.set()
            threads.shutdown(cancel_futures=True)
            raise


def _load_table(
    place: Place,
    session: Session,
    table: Table,
    chunks: Sequence[Chunk],
    stop: threading.Event,
) -> None:
    """Load chunks in one transaction.

    A whole table is emptied in it first. It is empty, but then its rows lie in the order in which
    they come and count as frozen, so that no vacuum has to write them again.
    """
    is_whole = len(chunks) == len(table.chunks) and table.root is None
    target = sql.Identifier(*(table.root or (table.schema_name, table.name)))
    with session.transaction(), session.cursor() as cursor:
        if is_whole and chunks:
            cursor.execute(sql.SQL("TRUNCATE ONLY {}").format(target))
        for chunk in chunks:
            with cursor.copy(_statement(target, table, freeze=is_whole)) as copy:
                for piece in _framed(read(place, chunk.stored), table):
                    if stop.is_set():
                        raise OpsError("Stopped, because another part failed.")
                    copy.write(piece)
            if cursor.rowcount != chunk.rows:
                raise damaged(place, chunk.stored)


def _statement(target: sql.Identifier, table: Table, *, freeze: bool) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    listed = sql.SQL(" ({})").format(columns) if table.columns else sql.SQL("")
    options = sql.SQL(f"FORMAT {table.format}" + (", FREEZE" if freeze else ""))
    return sql.SQL("COPY {}{} FROM STDIN ({})").format(target, listed, options)


def _framed(pieces: Iterator[bytes], table: Table) -> Iterator[bytes]:
    if table.format == "text":
        yield from pieces
        return
    yield HEADER
    yield from pieces
    yield TRAILER


def _raw_size(table: Table) -> int:
    return sum(chunk.stored.raw_size for chunk in table.chunks)


def _large_objects(request: LoadRequest) -> None:
    stored = request.manifest.large_objects
    if stored is None:
        return
    command = [postgresql.program("psql", request.manifest.server_major)]
    command += ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    environment = postgresql.environment(request.connection)
    programs.fed(command, environment, read(request.place, stored))


def _sequences(request: LoadRequest) -> None:
    with postgresql.connect(request.connection, "restore") as session, session.transaction():
        for each in request.manifest.sequences:
            name = sql.Identifier(each.schema_name, each.name).as_string(session)
            session.execute(
                "SELECT setval(%s::regclass, %s, %s)", [name, each.last_value, each.is_called]
            )


def _analyse(request: LoadRequest) -> None:
    """Gather statistics: without them every query of the first hours is planned blindly."""
    command = [postgresql.program("vacuumdb", request.manifest.server_major), "--analyze-only"]
    command += ["--quiet", f"--jobs={request.jobs}"]
    programs.run(command, postgresql.environment(request.connection))


def create_database(session: Session, name: str, manifest: Manifest) -> None:
    """Make an empty database with the encoding, the order of text and the owner of the backup's.

    Raises:
        OpsError: the server has no such locale.
    """
    was = manifest.database
    clauses = [
        sql.SQL("ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            was.encoding, was.collate, was.ctype
        )
    ]
    if was.locale_provider == "i" and was.icu_locale:
        clauses.append(sql.SQL("LOCALE_PROVIDER icu ICU_LOCALE {}").format(was.icu_locale))
    try:
        session.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0 OWNER {} {}").format(
                sql.Identifier(name), sql.Identifier(was.owner), sql.SQL(" ").join(clauses)
            )
        )
    except Exception as error:
        if "locale" not in str(error):
            raise
        raise OpsError(
            f"This server cannot order text as the backed-up database did ({was.collate}): "
            "install that locale on it.",
            ExitCode.MISCONFIGURED,
        ) from error


def apply_properties(session: Session, name: str, manifest: Manifest) -> None:
    """Give a database the parameters and the rights that the backed-up one had as a whole."""
    target = sql.Identifier(name)
    for default in manifest.database.defaults:
        statement = sql.SQL("ALTER DATABASE {}").format(target)
        if default.role:
            statement = sql.SQL("ALTER ROLE {} IN DATABASE {}").format(
                sql.Identifier(default.role), target
            )
        value = sql.Literal(default.value)
        if default.name in LISTS:  # a list of names, which stands without quotes
            value = sql.SQL(default.value)  # pyright: ignore[reportArgumentType]
        session.execute(
            sql.SQL("{} SET {} TO {}").format(statement, sql.Identifier(default.name), value)
        )
    if manifest.database.grants is None:
        return
    session.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(target))
    for grant in manifest.database.grants:
        who = sql.Identifier(grant.grantee) if grant.grantee else sql.SQL("PUBLIC")
        end = sql.SQL(" WITH GRANT OPTION" if grant.grantable else "")
        session.execute(
            sql.SQL("GRANT {} ON DATABASE {} TO {}{}").format(
                sql.SQL(grant.privilege),  # pyright: ignore[reportArgumentType]
                target,
                who,
                end,
            )
        )


LISTS: Final = frozenset(
    {"search_path", "temp_tablespaces", "session_preload_libraries", "local_preload_libraries"}
)
