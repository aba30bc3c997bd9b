"""`make bench`: run every measurement, print the tables and keep them as JSON."""

import json
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import backup, failover, preview
from benchmarks.engine import engine, machine
from offline.workspace import ROOT

RESULTS = ROOT / "benchmarks" / "results"


def main() -> None:
    """Measure, print, keep."""
    # A shell starts background jobs with SIGINT ignored, and so would be all that they start: the
    # engine ends its plugins by SIGINT, and waits for five seconds when they ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    console = Console()
    about = {"date": datetime.now(UTC).date().isoformat(), **machine()}
    with engine("prod") as prod:
        console.print("Preview of prod against the bare engine …")
        against_floor = preview.against_floor(prod)
        _show(console, "Preview of prod against the bare engine", against_floor)
        console.print("Growth of the preview with the server groups …")
        growth = preview.growth(prod)
        _show(console, "Growth of the preview with the server groups", growth)
    RESULTS.mkdir(exist_ok=True)
    kept = {"about": about, "against_floor": against_floor, "growth": growth}
    (RESULTS / "preview.json").write_text(json.dumps(kept, indent=2) + "\n")
    console.print(f"Backup and restore of {backup.GIB} GiB …")
    ways = backup.measure(backup.GIB)
    _show(console, "Backup and restore against the guide's script", ways)
    measured = {"about": {**about, "gib": backup.GIB}, "ways": ways}
    (RESULTS / "backup.json").write_text(json.dumps(measured, indent=2) + "\n")
    console.print(f"Loss of the database's primary, {failover.ROUNDS} drills …")
    losses = failover.measure()
    _show(console, "Loss of the primary under load", losses)
    measured = {"about": about, "losses": losses}
    (RESULTS / "failover.json").write_text(json.dumps(measured, indent=2) + "\n")


def _show(console: Console, title: str, rows: Sequence[dict[str, Any]]) -> None:
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


if __name__ == "__main__":
    main()
