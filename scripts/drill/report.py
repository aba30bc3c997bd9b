"""What a drill measured: as rows of a table, as JSON, and for Prometheus."""

import time
from dataclasses import asdict
from typing import Any

from scripts.drill.course import DrillResult
from scripts.drill.exercise import Measured
from scripts.metrics import Gauge


def rows(result: DrillResult) -> list[dict[str, Any]]:
    """Return a line for each loss of a primary."""
    return [
        {
            "replication": loss.replication,
            "cut_s": loss.cut_seconds,
            "rto_s": loss.rto_seconds,
            "decided_s": loss.decision_seconds,
            "rpo_s": loss.rpo_seconds,
            "acked": loss.acknowledged,
            "lost": loss.lost,
            "lost_bytes": loss.lost_bytes,
            "lag_bytes": loss.lag_bytes,
            "ok": "yes" if loss.ok else "NO",
        }
        for loss in result.losses
    ]


def document(result: DrillResult) -> dict[str, Any]:
    """Return all of it for programs."""
    return {
        "ok": result.ok,
        "losses": [{**asdict(loss), "ok": loss.ok} for loss in result.losses],
        "rejoin_seconds": result.rejoin_seconds,
        "restore": asdict(result.restored) if result.restored else None,
    }


def gauges(result: DrillResult) -> list[Gauge]:
    """Return what Prometheus keeps until the next drill."""
    found = [
        Gauge(
            name="messaging_drill_ok",
            help="1 when the last drill lost nothing that must not be lost.",
            value=float(result.ok),
        ),
        Gauge(
            name="messaging_drill_finished_timestamp_seconds",
            help="When the last drill ended.",
            value=time.time(),
        ),
        Gauge(
            name="messaging_drill_rejoin_seconds",
            help="Until a lost primary followed the new one.",
            value=result.rejoin_seconds,
        ),
    ]
    for loss in result.losses:
        found += _of_loss(loss)
    if result.restored:
        seconds = result.restored.restore_seconds
        text = "To restore the drill's backup to another server."
        found.append(Gauge(name="messaging_drill_restore_seconds", help=text, value=seconds))
    return found


def _of_loss(loss: Measured) -> list[Gauge]:
    labels = {"replication": loss.replication}
    values = {
        "rto_seconds": ("From the loss to a client's first write.", loss.rto_seconds),
        "rpo_seconds": ("Of acknowledged writes that were lost.", loss.rpo_seconds),
        "lost_writes": ("Acknowledged writes that were lost.", float(loss.lost)),
    }
    return [
        Gauge(name=f"messaging_drill_{name}", help=text, value=value, labels=labels)
        for name, (text, value) in values.items()
    ]
