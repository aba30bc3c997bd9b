"""pgBackRest on the same server and bucket: it copies files, where the others read rows."""

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.database import BUCKET, TUNED, Bench
from tests.services.object_store import CREDENTIALS, REGION
from tests.services.ports import free_port
from tests.services.postgresql import BIN, USER, as_server_user

NAME: Final = "pgbackrest"
STANZA: Final = "messaging"

CONFIGURATION: Final = """
    [global]
    repo1-type=s3
    repo1-path=/pgbackrest
    repo1-retention-full=1
    repo1-s3-bucket={bucket}
    repo1-s3-region={region}
    repo1-s3-endpoint={host}
    repo1-s3-key={key}
    repo1-s3-key-secret={secret}
    repo1-s3-uri-style=path
    repo1-storage-port={port}
    repo1-storage-ca-file={authority}
    compress-type=zst
    compress-level=1
    process-max=2
    start-fast=y
    log-level-console=warn
    log-level-file=off
    lock-path={folder}/lock
    spool-path={folder}/spool

    [{stanza}]
    pg1-path={data}
    pg1-port={server_port}
    pg1-socket-path={sockets}
    pg1-user={user}
"""


def measure(bench: Bench) -> list[dict[str, Any]]:
    """A full backup, then a restore into a new folder until a server answers from it.

    The whole server is backed up, with its indexes, and nothing but the whole can be restored.

    Raises:
        RuntimeError: it is not installed.
    """
    program = shutil.which(NAME)
    if program is None:
        raise RuntimeError("pgBackRest is not installed: apt-get install pgbackrest.")
    folder = bench.server.folder / NAME
    folder.mkdir()
    ours = _configured(bench, folder)
    pgbackrest = f"{program} --config={ours} --stanza={STANZA}"
    bench.timed("postgres", _as_server_user(f"{pgbackrest} stanza-create"))
    archive(bench, f"{pgbackrest} archive-push %p")
    backup = bench.timed("postgres", _as_server_user(f"{pgbackrest} backup --type=full"))
    restored = folder / "restored"
    own = {"port": free_port(), "unix_socket_directories": folder, "archive_mode": "off"}
    options = " ".join(f"-c {name}={value}" for name, value in {**TUNED, **own}.items())
    start = f"{BIN}/pg_ctl -D {restored} -w -t 600 -l {folder}/log -o '{options}' start"
    restore = _as_server_user(f"{pgbackrest} --pg1-path={restored} restore && {start}")
    try:
        times = bench.timed("postgres", restore)
    finally:
        stop: list[str | Path] = [BIN / "pg_ctl", "-D", restored, "-m", "immediate", "stop"]
        subprocess.run(as_server_user(*stop), check=False, cwd=folder, capture_output=True)
        archive(bench, "true")
    return [
        {"way": "pgbackrest", "step": "backup", **backup},
        {"way": "pgbackrest", "step": "restore", **times},
    ]


def _configured(bench: Bench, folder: Path) -> Path:
    """Write the configuration, for the server's user alone: it has the key to the bucket."""
    where = urlsplit(bench.store.endpoint)
    assert bench.store.authority  # noqa: S101
    authority = Path(shutil.copy(bench.store.authority, folder / "authority.pem"))
    file = folder / "pgbackrest.conf"
    text = CONFIGURATION.format(
        bucket=BUCKET,
        region=REGION,
        host=where.hostname,
        port=where.port,
        key=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        secret=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        authority=authority,
        folder=folder,
        stanza=STANZA,
        data=bench.server.folder / "data",
        server_port=bench.server.port,
        sockets=bench.server.folder,
        user=USER,
    )
    file.write_text("\n".join(line.strip() for line in text.splitlines()))
    file.chmod(0o600)
    for path in (folder, file, authority):
        shutil.chown(path, "postgres", "postgres")
    return file


def archive(bench: Bench, command: str) -> None:
    """Let the server archive its log by a command; `true` throws it away."""
    bench.server.run(f"ALTER SYSTEM SET archive_command = '{command}'")
    bench.server.run("SELECT pg_reload_conf()")


def _as_server_user(command: str) -> str:
    return " ".join(map(str, as_server_user("bash", "-c", f'"cd / && {command}"')))
