"""What a violation does, and how much harm it does: Pulumi's words, without Pulumi's SDK.

The SDK takes a second to import. Rules know nothing of it, so a check of an exported state need not
wait for it; `evaluation.assembly` gives the engine its own.
"""

from enum import StrEnum


class EnforcementLevel(StrEnum):
    """What the engine does about a violation."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"
    DISABLED = "disabled"


class Severity(StrEnum):
    """How much harm a violation does."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
