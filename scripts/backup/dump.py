"""The backup: every table at one moment, in parallel, streamed to S3."""

import os
import re
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import ClientError

from scripts import locks, postgresql
from scripts.backup import catalogue, local, programs, snapshot, unload
from scripts.backup.catalogue import CHUNK_BYTES
from scripts.backup.encryption import Key
from scripts.backup.manifest import Manifest, StoredObject
from scripts.backup.objects import Place
from scripts.backup.repository import ABANDONED_AFTER, Repository
from scripts.backup.snapshot import Snapshot
from scripts.backup.unload import Advance
from scripts.faults import is_denied
from scripts.postgresql import Session

LEAST_JOBS: Final = 4
"""With fewer processors sessions still fill each other's pauses: for the server, and for S3."""

UNASKED_JOBS: Final = 16
"""More sessions than these only somebody asks for who knows how many the server has left."""

MOST_JOBS: Final = 64


def default_jobs() -> int:
    """Return how many sessions keep every processor that this process may use busy, 16 at most."""
    return min(max(LEAST_JOBS, len(os.sched_getaffinity(0))), UNASKED_JOBS)


CHANGING: Final = re.compile(
    "lock|does not exist|cache lookup failed|could not open relation", re.IGNORECASE
)
"""What pg_dump says when definitions change under it."""

Report = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class BackupRequest:
    """A backup to be made.

    Args:
        connection: parameters of the database.
        jobs: sessions that read at the same time.
        key: encrypts before anything leaves the machine.
        keep_local: folder that keeps a copy for seven days.
        abandoned_after: what unfinished runs left is removed when it is older.
        chunk_bytes: of a table that one session reads at a time.
    """

    connection: dict[str, str]
    environment: str
    jobs: int = field(default_factory=default_jobs)
    key: Key | None = None
    keep_local: Path | None = None
    abandoned_after: timedelta = ABANDONED_AFTER
    chunk_bytes: int = CHUNK_BYTES


def run_backup(
    repository: Repository, request: BackupRequest, *, report: Report, advance: Advance
) -> Manifest:
    """Make a backup and return its manifest, which is written last.

    Raises:
        OpsError: another backup is running, or this one could not be made. What it had written is
            no backup; a later run removes it.
    """
    began = time.monotonic()
    with (
        postgresql.connect(request.connection, "backup") as session,
        locks.database_lock(session, "backup") as lock,
    ):
        _remove_abandoned(repository, request, report)
        backup = repository.next_id()
        with local.keeping(request.keep_local, backup) as folder:
            place = replace(repository.place(backup, request.key), copy=folder)
            written = _written(place, request, report, advance)
            seconds = round(time.monotonic() - began, 1)
            manifest = Manifest(id=backup, seconds=seconds, **written)
            lock.check()
            repository.publish(manifest)
            local.publish(folder, manifest)
    return manifest


def _remove_abandoned(repository: Repository, request: BackupRequest, report: Report) -> None:
    abandoned = repository.abandoned(request.abandoned_after)
    if not abandoned:
        return
    what = f"{len(abandoned.keys)} objects and {len(abandoned.uploads)} uploads"
    try:
        repository.remove(abandoned)
    except ClientError as error:
        if not is_denied(error):
            raise
        report(f"{what} of unfinished backups stay: these credentials may not remove them.")
    else:
        report(f"Removed {what} that unfinished backups had left.")


def _written(
    place: Place, request: BackupRequest, report: Report, advance: Advance
) -> dict[str, Any]:
    """Write every object but the manifest; return what the manifest says of them."""
    tools = _Tools(request)
    with _consistent(place, request, tools) as (view, schema, large):
        report(f"Backing up {len(view.sources)} tables as of {view.taken_at:%Y-%m-%d %H:%M:%S %Z}.")
        tables = unload.rows(view, request.chunk_bytes, advance)
        database = catalogue.database(view.keeper)
        # These belong to no snapshot: asked for after the rows, they are never behind them.
        sequences = catalogue.sequences(view.keeper)
        roles = tools.globals(view.keeper)
    return {
        "environment": request.environment,
        "snapshot_at": view.taken_at,
        "wal_position": view.wal_position,
        "server_version": view.server_version,
        "tools": tools.versions(),
        "database": database,
        "schema_archive": schema,
        "globals": unload.stored(place, "globals.sql.zst", roles),
        "large_objects": large,
        "tables": tables,
        "sequences": sequences,
        "encryption_key": request.key.identity if request.key else None,
        "server_side_encryption": _server_side_encryption(place, schema),
    }


class _Tools:
    """PostgreSQL's own programs, of the server's version."""

    def __init__(self, request: BackupRequest) -> None:
        self._environment = postgresql.environment(request.connection)
        with postgresql.connect(request.connection, "backup") as session:
            self._major = session.info.server_version // 10000
        self._dump = postgresql.program("pg_dump", self._major)

    def schema(self, view: Snapshot) -> Iterator[bytes]:
        """Everything but rows, in the format that pg_restore can work on in parallel."""
        sections = ["--section=pre-data", "--section=post-data", "--blobs"]
        return self._run("--format=custom", "--compress=0", *sections, view=view)

    def large_objects(self, view: Snapshot) -> Iterator[bytes]:
        """Their contents, as statements for psql."""
        return self._run("--section=data", "--blobs", "--exclude-table-data=*.*", view=view)

    def globals(self, session: Session) -> Iterator[bytes]:
        """Roles and tablespaces, with passwords' hashes where the right is there."""
        hidden = [] if catalogue.may_read_passwords(session) else ["--no-role-passwords"]
        command = [postgresql.program("pg_dumpall", self._major), "--globals-only", *hidden]
        command += ["--database", session.info.dbname]
        return programs.output(command, self._environment)

    def versions(self) -> dict[str, str]:
        """What made the backup."""
        text = b"".join(programs.output([self._dump, "--version"], self._environment))
        return {"pg_dump": text.decode().strip(), "zstandard": version("zstandard")}

    def _run(self, *options: str, view: Snapshot) -> Iterator[bytes]:
        patience = f"--lock-wait-timeout={snapshot.DUMP_LOCK_SECONDS}s"
        command = [self._dump, f"--snapshot={view.name}", patience, *options]
        return programs.output(command, self._environment)


@contextmanager
def _consistent(
    place: Place, request: BackupRequest, tools: _Tools
) -> Generator[tuple[Snapshot, StoredObject, StoredObject | None]]:
    """Give a snapshot together with the schema as it is then.

    pg_dump locks tables for itself. A change that waits for our locks makes it wait too, so that it
    gives up: then all is let go, and tried again after the change.
    """

    def open_session() -> Session:
        return postgresql.connect(request.connection, "backup")

    for attempt in range(1, snapshot.ATTEMPTS + 1):
        with snapshot.shared(open_session, unload.reader(place), request.jobs) as view:
            try:
                schema = unload.stored(place, "schema.dump.zst", tools.schema(view))
                is_wanted = catalogue.has_large_objects(view.keeper)
                pieces = tools.large_objects(view) if is_wanted else None
                large = unload.stored(place, "large_objects.sql.zst", pieces) if pieces else None
            except programs.ProgramError as error:
                if not CHANGING.search(str(error)) or attempt == snapshot.ATTEMPTS:
                    raise
                continue
            yield view, schema, large
            return


def _server_side_encryption(place: Place, stored: StoredObject) -> str | None:
    """Return how the bucket encrypts: with its own key, since none is named when writing."""
    head = place.client.head_object(Bucket=place.bucket, Key=place.prefix + stored.name)
    return head.get("ServerSideEncryption")
