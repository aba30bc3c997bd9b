"""Where a rule's demand comes from."""

from dataclasses import dataclass
from typing import Literal, get_args

Framework = Literal[
    "guide", "CIS AWS Foundations 3.0.0", "AWS FSBP", "AWS Security Hub", "PCI DSS 4.0.1"
]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)


@dataclass(frozen=True)
class Reference:
    """A section, control or requirement of one framework."""

    framework: Framework
    identifier: str

    def __str__(self) -> str:
        separator = ", " if self.framework == "guide" else " "
        return f"{self.framework}{separator}{self.identifier}"


def guide(section: str) -> Reference:
    """A section of the operations guide."""
    return Reference("guide", section)


def cis(recommendation: str) -> Reference:
    """A recommendation of the CIS Amazon Web Services Foundations Benchmark."""
    return Reference("CIS AWS Foundations 3.0.0", recommendation)


def fsbp(control: str) -> Reference:
    """A control of AWS Foundational Security Best Practices (Security Hub)."""
    return Reference("AWS FSBP", control)


def security_hub(control: str) -> Reference:
    """A control of AWS Security Hub that is not among the Foundational Security Best Practices."""
    return Reference("AWS Security Hub", control)


def pci(requirement: str) -> Reference:
    """A requirement of the Payment Card Industry's Data Security Standard."""
    return Reference("PCI DSS 4.0.1", requirement)
