"""Metrics that Prometheus reads through the node exporter's textfile collector."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

READABLE = 0o644
"""The node exporter is another user."""


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One measured value.

    Args:
        name: by Prometheus's rules, with its unit as the last word: `messaging_…_seconds`.
        help: what it says, in one line.
        labels: what tells apart several values with the same name.
    """

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict[str, str])


def text(gauges: Sequence[Gauge]) -> str:
    """Return the gauges as Prometheus reads them; those with the same name stand together."""
    lines: list[str] = []
    seen: set[str] = set()
    for gauge in sorted(gauges, key=lambda gauge: gauge.name):
        if gauge.name not in seen:
            seen.add(gauge.name)
            lines += [f"# HELP {gauge.name} {gauge.help}", f"# TYPE {gauge.name} gauge"]
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in gauge.labels.items())
        lines.append(f"{gauge.name}{f'{{{labels}}}' if labels else ''} {gauge.value:.15g}")
    return "".join(f"{line}\n" for line in lines)


def write(
    directory: str | None,
    procedure: str,
    gauges: Sequence[Gauge],
    *,
    warn: Callable[[str], None],
) -> None:
    """Put the gauges of a procedure in place of those of its last run; nowhere without a directory.

    A reader sees the old file or the new one, never a part. Where they cannot be written, that is
    told and no more: what they are about is done, and a timer or a person who is told that it
    failed does it again. Alerts notice by themselves that a figure grows old.
    """
    if directory is None:
        return
    try:
        _put_in_place(Path(directory), procedure, gauges)
    except OSError as error:
        warn(
            f"The metrics of {procedure} could not be written to {directory}: {error.strerror}. "
            "What they are about is done, and Prometheus sees the figures of an earlier run: make "
            "that folder writable, or name another one in METRICS_DIRECTORY."
        )


def _put_in_place(folder: Path, procedure: str, gauges: Sequence[Gauge]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # The collector reads *.prom only.
    handle, unfinished = tempfile.mkstemp(prefix=f".ops_{procedure}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text(gauges))
            os.fchmod(file.fileno(), READABLE)
        Path(unfinished).replace(folder / f"ops_{procedure}.prom")
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
