"""A backup of the drill's database, restored to a third server and compared."""

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import EndpointConnectionError

from scripts.backup.dump import BackupRequest, run_backup
from scripts.backup.repository import Repository
from scripts.backup.restore import RestoreRequest, run_restore
from scripts.drill import messages, servers
from scripts.drill.servers import Server
from scripts.failover.waiting import until
from scripts.faults import OpsError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "drill"
JOBS = 2
START_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Restored:
    """How a backup came back.

    Args:
        same: every table has the rows that it had when the backup was made.
    """

    backup_seconds: float
    restore_seconds: float
    size_bytes: int
    rows: int
    same: bool


def is_possible() -> bool:
    """Whether there is an S3 for the drill; it never touches the real backups."""
    return importlib.util.find_spec("moto") is not None


@contextmanager
def store(folder: Path) -> Generator[Repository]:
    """Run an S3 of the drill's own until the end of the block."""
    port = servers.free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    own = folder / "s3"
    own.mkdir()
    with (own / "log").open("wb") as log:
        running = subprocess.Popen(
            command, cwd=own, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    # For the run that sweeps up when this one is killed.
    (own / "s3.pid").write_text(str(running.pid))
    try:
        connect = partial(_client, f"http://127.0.0.1:{port}")
        client = connect()
        if not until(lambda: _made(client), START_SECONDS, pause_seconds=0.1):
            raise OpsError("The drill's S3 did not start.")
        yield Repository(connect, BUCKET)
    finally:
        running.kill()
        running.wait()


def back_up_and_restore(
    repository: Repository, source: Server, base: Path, tell: Callable[[str], None]
) -> Restored:
    """Back a database up, restore it to a server made for that, and compare."""
    with source.connect() as session:
        expected = messages.fingerprint(session)
    request = BackupRequest(connection=source.connection(), environment="drill", jobs=JOBS)
    made = run_backup(repository, request, report=tell, advance=_quietly)
    third = servers.create(servers.folder_for(base, "third"))
    try:
        begun = time.monotonic()
        target = RestoreRequest(connection=third.connection(), manifest=made, jobs=JOBS)
        run_restore(repository, target, report=tell, advance=_quietly)
        seconds = time.monotonic() - begun
        with third.connect() as session:
            found = messages.fingerprint(session)
    finally:
        servers.discard(third)
    return Restored(
        backup_seconds=made.seconds,
        restore_seconds=round(seconds, 1),
        size_bytes=made.size,
        rows=made.rows,
        same=found == expected,
    )


def _client(endpoint: str) -> "S3Client":
    # It takes any.
    word = token_hex(8)
    session = boto3.Session(
        aws_access_key_id=word, aws_secret_access_key=word, region_name="us-east-1"
    )
    return session.client(  # pyright: ignore[reportUnknownMemberType]
        "s3", endpoint_url=endpoint
    )


def _made(client: "S3Client") -> bool:
    try:
        client.create_bucket(Bucket=BUCKET)
    except client.exceptions.BucketAlreadyOwnedByYou:
        return True
    except EndpointConnectionError:
        return False
    return True


def _quietly(*_: object) -> None:
    """Hears of progress."""
