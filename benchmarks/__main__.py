"""`make bench`: run every measurement, print the tables and keep them as JSON.

`python -m benchmarks preview` runs one of them.
"""

import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import backup, failover, policies, preview
from benchmarks.engine import engine, machine
from offline.workspace import ROOT

RESULTS = ROOT / "benchmarks" / "results"

Rows = Sequence[dict[str, Any]]


def measure_preview(console: Console) -> dict[str, Rows]:
    """Preview of production, and how it grows."""
    with engine("prod") as prod:
        console.print("Preview of prod against the bare engine …")
        against_floor = preview.against_floor(prod)
        _show(console, "Preview of prod against the bare engine", against_floor)
        console.print("Growth of the preview with the server groups …")
        growth = preview.growth(prod)
        _show(console, "Growth of the preview with the server groups", growth)
    return {"against_floor": against_floor, "growth": growth}


def measure_backup(console: Console) -> dict[str, Rows]:
    """Backup and restore, beside the guide's script."""
    console.print(f"Backup and restore of {backup.GIB} GiB …")
    ways = backup.measure(backup.GIB)
    _show(console, f"Backup and restore of {backup.GIB} GiB", ways)
    return {"ways": ways}


def measure_failover(console: Console) -> dict[str, Rows]:
    """What the loss of a primary costs."""
    console.print(f"Loss of the database's primary, {failover.ROUNDS} drills …")
    losses = failover.measure()
    _show(console, "Loss of the primary under load", losses)
    return {"losses": losses}


def measure_policies(console: Console) -> dict[str, Rows]:
    """The policies, beside AWSGuard and checkov."""
    with engine("prod") as prod:
        folder = prod.workspace.folder
        console.print("Preview of prod without policies, with ours and with AWSGuard's …")
        added = policies.added_to_preview(prod)
        _show(console, "What policies add to a preview of prod", added)
        console.print("Deployment of prod, for its state …")
        state = policies.deployed(prod)
        console.print("The state, checked by ops and by checkov …")
        checks = policies.state_check(state, folder)
        _show(console, "A check of production's state", checks)
        console.print("Violations in it, looked for by each …")
        found = policies.found(state, folder)
        _show(console, "Seeded violations that are found", policies.counted(found))
    return {"added_to_preview": added, "state_check": checks, "found": found}


MEASUREMENTS: Mapping[str, Callable[[Console], dict[str, Rows]]] = {
    "preview": measure_preview,
    "backup": measure_backup,
    "failover": measure_failover,
    "policies": measure_policies,
}


def main(names: Sequence[str]) -> None:
    """Measure what is named, or everything; print and keep it."""
    if unknown := [name for name in names if name not in MEASUREMENTS]:
        sys.exit(f"There is no benchmark {unknown[0]}. There are: {', '.join(MEASUREMENTS)}.")
    # A shell starts background jobs with SIGINT ignored, and so would be all that they start: the
    # engine ends its plugins by SIGINT, and waits for five seconds when they ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    RESULTS.mkdir(exist_ok=True)
    for name in names or MEASUREMENTS:
        about = {"date": datetime.now(UTC).date().isoformat(), **machine()}
        kept = {"about": about, **MEASUREMENTS[name](Console())}
        (RESULTS / f"{name}.json").write_text(json.dumps(kept, indent=2) + "\n")


def _show(console: Console, title: str, rows: Rows) -> None:
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        table.add_column(name.replace("_", " "))
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
