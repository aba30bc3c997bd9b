"""Backup and restore against the guide's script and PostgreSQL's own tools, in one run.

All of them work on the same real server, tuned as the guide says, and the same S3 (moto's server,
in a process of its own, whose time is part of every measurement).
"""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from scripts import postgresql
from tests.services.object_store import CREDENTIALS, REGION, ObjectStore, object_store
from tests.services.postgresql import BIN, Server, server

GIB: Final = 5
"""Size of the tables."""

ROWS_PER_GIB: Final = 2_900_000
BUCKET: Final = "benchmark-backups"
ROOT: Final = Path(__file__).parents[1]

TUNED: Final = {
    # The guide's postgresql.conf, as far as the machine's memory goes.
    "shared_buffers": "1GB",
    "maintenance_work_mem": "1GB",
    "checkpoint_completion_target": "0.9",
    "wal_buffers": "16MB",
    "min_wal_size": "1GB",
    "max_wal_size": "4GB",
    "max_connections": "200",
}

SCHEMA: Final = """
    CREATE TABLE users (id bigint, name text, email text, created_at timestamptz);
    CREATE TABLE messages (
        id bigint, conversation_id bigint, sender_id bigint, body text,
        created_at timestamptz, edited_at timestamptz, metadata jsonb
    );
"""
FILL: Final = """
    INSERT INTO messages
    SELECT n, (random() * 200000)::bigint, 1 + (random() * 99999)::bigint,
        substr(w.words, 1 + (random() * 2000)::int, 20 + (random() * random() * 600)::int),
        '2025-01-01'::timestamptz + n * interval '3 seconds', NULL,
        jsonb_build_object('client', (ARRAY['ios', 'android', 'web'])[1 + (n % 3)], 'v', n % 40)
    FROM generate_series({first}, {last}) n,
        (SELECT string_agg(md5(i::text) || ' some words that people write ', '') AS words
         FROM generate_series(1, 60) i) w
"""
CONSTRAINTS: Final = """
    INSERT INTO users SELECT n, 'User ' || n, 'user' || n || '@example.com', now()
        FROM generate_series(1, 100000) n;
    ALTER TABLE users ADD PRIMARY KEY (id);
    ALTER TABLE messages ADD PRIMARY KEY (id);
    CREATE INDEX ON messages (conversation_id, created_at);
    ALTER TABLE messages ADD FOREIGN KEY (sender_id) REFERENCES users;
    ANALYZE;
"""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """What all measurements share."""

    server: Server
    store: ObjectStore
    folder: Path

    def environment(self, database: str) -> dict[str, str]:
        connection = postgresql.parameters(self.server.secret_url(database), "URL")
        return {
            **postgresql.environment(connection),
            **CREDENTIALS,
            "PYTHONPATH": str(ROOT),
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.store.endpoint,
            "DATABASE_URL": self.server.url(database),
            "BACKUP_BUCKET": BUCKET,
        }


def measure(gib: float) -> list[dict[str, Any]]:
    """Return one row for each way, with ratios to the guide's script."""
    with (
        TemporaryDirectory(prefix="ops-benchmark-") as folder,
        server(TUNED) as running,
        object_store() as store,
    ):
        store.create(BUCKET)
        bench = Bench(server=running, store=store, folder=Path(folder))
        _fill(running, gib)
        return _compared([*_guide(bench), *_directory(bench), *_ops(bench)])


def _fill(running: Server, gib: float) -> None:
    running.create("live")
    running.run(SCHEMA, "live")
    rows, sessions = int(gib * ROWS_PER_GIB), 2
    step = rows // sessions
    threads = [
        threading.Thread(
            target=running.run,
            args=(FILL.format(first=1 + i * step, last=(i + 1) * step), "live"),
        )
        for i in range(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    running.run(CONSTRAINTS, "live")


def _guide(bench: Bench) -> list[dict[str, Any]]:
    """`pg_dump > file; gzip file; aws s3 cp`, then `gunzip -c | psql`."""
    file = bench.folder / "backup.sql"
    packed = file.with_name("backup.sql.gz")

    def upload() -> None:
        bench.store.client().upload_file(str(packed), BUCKET, "guide.sql.gz")

    backup = _timed(bench, "live", f"{BIN}/pg_dump > {file} && gzip {file}", then=upload)
    bench.server.create("guide")
    restore = _timed(bench, "guide", f"gunzip -c {packed} | {BIN}/psql -q -o /dev/null")
    packed.unlink()
    _drop(bench, "guide")
    return [
        {"way": "the guide's script", "step": "backup", **backup},
        {"way": "the guide's script", "step": "restore", **restore},
    ]


def _directory(bench: Bench) -> list[dict[str, Any]]:
    """`pg_dump -Fd -j2` to a folder and no further, then `pg_restore -j2`."""
    folder = bench.folder / "directory"
    backup = _timed(bench, "live", f"{BIN}/pg_dump -Fd -j2 -f {folder}")
    bench.server.create("directory")
    restore = _timed(bench, "directory", f"{BIN}/pg_restore -j2 -d directory {folder}")
    shutil.rmtree(folder)
    _drop(bench, "directory")
    return [
        {"way": "pg_dump -Fd -j2, no upload", "step": "backup", **backup},
        {"way": "pg_dump -Fd -j2, no upload", "step": "restore", **restore},
    ]


def _ops(bench: Bench) -> list[dict[str, Any]]:
    backup = _timed(bench, "live", f"exec {sys.executable} -P -m scripts backup --json")
    restore = _timed(bench, "ops", f"exec {sys.executable} -P -m scripts restore latest --json")
    _drop(bench, "ops")
    return [
        {"way": "ops", "step": "backup", **backup},
        {"way": "ops", "step": "restore", **restore},
    ]


def _timed(
    bench: Bench, database: str, command: str, then: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Run a shell's command line and return its time and the most memory of its processes."""
    began = time.monotonic()
    process = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", command],
        env=bench.environment(database),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    with _watched(process.pid) as peaks:
        code = process.wait()
    if code:
        raise RuntimeError(f"{command} ended with {code}")
    if then:
        then()
    return {
        "seconds": round(time.monotonic() - began, 1),
        "peak_mib": max(peaks, default=0) >> 10,
    }


@contextmanager
def _watched(session: int) -> Generator[list[int]]:
    """Give a list that gets the memory (KiB) of all processes of a session, now and then."""
    peaks: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            listed = ["ps", "-s", str(session), "-o", "rss="]
            ran = subprocess.run(listed, capture_output=True, text=True, check=False)
            peaks.append(sum(map(int, ran.stdout.split())))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        done.set()
        thread.join()


def _drop(bench: Bench, database: str) -> None:
    bench.server.run(f'DROP DATABASE "{database}" WITH (FORCE)')


def _compared(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    guide = {row["step"]: row["seconds"] for row in rows if row["way"] == "the guide's script"}
    return [
        {**row, "times_as_fast_as_the_guide": round(guide[row["step"]] / row["seconds"], 1)}
        for row in rows
    ]


def main() -> None:
    """Measure at another size: `python -m benchmarks.backup --gib 1`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--gib", type=float, default=GIB)
    rows = measure(parser.parse_args().gib)
    sys.stdout.write(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
