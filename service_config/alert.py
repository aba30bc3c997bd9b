"""One alert of Prometheus."""

from dataclasses import dataclass
from typing import Any, Final, Literal

RUNBOOK: Final = "docs/runbooks/alerts.md"
"""In this project; every alert has a section of its name there."""


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One alert: `expression` holds for `wait` before people are told."""

    name: str
    severity: Literal["critical", "warning"]
    area: str
    """What is affected; in the same area a critical alert silences warnings."""
    expression: str
    wait: str
    summary: str
    description: str

    def rule(self) -> dict[str, Any]:
        """Return the rule as Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.wait,
            "labels": {"severity": self.severity, "area": self.area},
            "annotations": {
                "summary": self.summary,
                "description": self.description,
                "runbook_url": f"{RUNBOOK}#{self.name.lower()}",
            },
        }
