"""What a scan found, and how grave it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from scripts.exit_codes import ExitCode


class Severity(IntEnum):
    """How grave a finding is."""

    INFO = 0
    """Nothing wrong: something was left out."""
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it ought to be.

    Args:
        rule: its name, which stays, such as `tls-old-protocol`.
        where: host and port, image or bucket.
        what: what is wrong.
        remedy: what to do.
    """

    rule: str
    severity: Severity
    where: str
    what: str
    remedy: str


def exit_code(findings: Sequence[Finding]) -> ExitCode:
    """Return CRITICAL from severity HIGH on, WARNING for less, OK for nothing."""
    worst = max((each.severity for each in findings), default=Severity.INFO)
    if worst >= Severity.HIGH:
        return ExitCode.CRITICAL
    return ExitCode.OK if worst is Severity.INFO else ExitCode.WARNING
