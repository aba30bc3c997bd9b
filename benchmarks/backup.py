"""Backup and restore against the guide's script and PostgreSQL's own tools, in one run.

All of them work on the same real server, tuned as the guide says, and the same S3 over TLS (moto's
server behind nginx, in processes of their own, whose time is part of every measurement).
"""

import argparse
import json
import shutil
import signal
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks import pgbackrest
from benchmarks.database import BUCKET, TUNED, Bench, object_store_over_tls
from benchmarks.messages import fill
from tests.services.postgresql import BIN, server

GIB: Final = 5
"""Size of the tables."""


def measure(gib: float) -> list[dict[str, Any]]:
    """Return one row for each way, with ratios to the guide's script."""
    with (
        TemporaryDirectory(prefix="ops-benchmark-") as folder,
        server(TUNED) as running,
        object_store_over_tls(Path(folder)) as store,
    ):
        store.create(BUCKET)
        bench = Bench(server=running, store=store, folder=Path(folder))
        pgbackrest.archive(bench, "true")
        fill(running, gib)
        ways = [*_guide(bench), *_directory(bench), *_ops(bench), *pgbackrest.measure(bench)]
        return [{"gib": gib, **row} for row in _compared(ways)]


def _guide(bench: Bench) -> list[dict[str, Any]]:
    """`pg_dump > file; gzip file; aws s3 cp`, then `gunzip -c | psql` of that very file."""
    file = bench.folder / "backup.sql"
    packed = file.with_name("backup.sql.gz")

    def upload() -> None:
        bench.store.client().upload_file(str(packed), BUCKET, "guide.sql.gz")

    backup = bench.timed("live", f"{BIN}/pg_dump > {file} && gzip {file}", then=upload)
    bench.server.create("guide")
    restore = bench.timed("guide", f"gunzip -c {packed} | {BIN}/psql -q -o /dev/null")
    packed.unlink()
    _drop(bench, "guide")
    return [
        {"way": "the guide's script", "step": "backup", **backup},
        {"way": "the guide's script", "step": "restore", **restore},
    ]


def _directory(bench: Bench) -> list[dict[str, Any]]:
    """`pg_dump -Fd -j2` to a folder and no further, then `pg_restore -j2`."""
    folder = bench.folder / "directory"
    backup = bench.timed("live", f"{BIN}/pg_dump -Fd -j2 -f {folder}")
    bench.server.create("directory")
    restore = bench.timed("directory", f"{BIN}/pg_restore -j2 -d directory {folder}")
    shutil.rmtree(folder)
    _drop(bench, "directory")
    return [
        {"way": "pg_dump -Fd -j2, no upload", "step": "backup", **backup},
        {"way": "pg_dump -Fd -j2, no upload", "step": "restore", **restore},
    ]


def _ops(bench: Bench) -> list[dict[str, Any]]:
    backup = bench.timed("live", f"exec {sys.executable} -P -m scripts backup --json")
    restore = bench.timed(
        "live", f"exec {sys.executable} -P -m scripts restore latest --into ops --json"
    )
    _drop(bench, "ops")
    return [
        {"way": "ops", "step": "backup", **backup},
        {"way": "ops", "step": "restore", **restore},
    ]


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
