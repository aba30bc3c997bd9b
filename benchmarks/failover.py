"""How long clients are without a database when its primary is lost, and what that loses."""

import statistics
from typing import Any

from scripts.drill import course
from scripts.drill.exercise import Measured

ROUNDS = 3
ROWS = 50_000
"""A failover does not depend on the size of the database, only on what is left to replay."""


def measure() -> list[dict[str, Any]]:
    """Hold drills; return a line for each kind of replication."""
    found: dict[str, list[Measured]] = {}
    for _ in range(ROUNDS):
        for loss in course.run(_quietly, rows=ROWS).losses:
            found.setdefault(loss.replication, []).append(loss)
    return [_line(replication, losses) for replication, losses in found.items()]


def _line(replication: str, losses: list[Measured]) -> dict[str, Any]:
    decided = [loss.decision_seconds for loss in losses]
    return {
        "replication": replication,
        "losses": len(losses),
        "median_seconds_from_kill": statistics.median(loss.rto_seconds for loss in losses),
        "median_seconds_from_decision": statistics.median(decided),
        "worst_seconds_from_decision": max(decided),
        "acknowledged": sum(loss.acknowledged for loss in losses),
        "lost": sum(loss.lost for loss in losses),
        "lost_bytes": sum(loss.lost_bytes for loss in losses),
        "lag_told_bytes": sum(loss.lag_bytes or 0 for loss in losses),
    }


def _quietly(_sentence: str) -> None:
    """Hears what the drill says."""
