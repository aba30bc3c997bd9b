"""Exemptions: which resource may break which rule, who answers for it, why, and until when.

They stand in `exemptions.yaml`, which `evaluation.exemption_file` reads.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from evaluation.judgement import Finding

POLICY = "exemptions"
"""What reports faults of the entries, in a deployment and of a state."""

TITLE = "Exemptions are in date and needed"

FILE = Path(__file__).parents[1] / "exemptions.yaml"

EXAMPLE = "urn:pulumi:prod::messaging-app::*::database-primary"
PATTERN = re.compile(r"urn:pulumi:[^:]+::(?P<project>[^:]+)::(?P<type>.+)::(?P<name>.+)")
WILDCARD = re.compile(r"[*?]|\[[^]]+\]")
NAMING = re.compile(r"[A-Za-z0-9]{3,}")
"""So much text must be left between wildcards and separators to name something."""

PACKAGES = frozenset({"aws", "docker", "pulumi", "random"})
"""What nearly every type begins with."""


@dataclass(frozen=True, kw_only=True)
class Exemption:
    """One entry of the file.

    Attributes:
        resource: glob pattern of the URNs that are exempt.
        rule: name of the rule that they may break.
        owner: the team that answers for it.
        reason: why the rule cannot hold there.
        expires: the last day on which it holds.
        line: where the entry stands in its file.
    """

    resource: str
    rule: str
    owner: str
    reason: str
    expires: date
    line: int
    file: str

    @property
    def place(self) -> str:
        """The file and line, as an editor takes them."""
        return f"{self.file}:{self.line}"

    def covers(self, finding: Finding) -> bool:
        """Whether the entry is about this rule and this resource, expired or not."""
        return finding.rule == self.rule and fnmatchcase(finding.urn, self.resource)

    def is_for(self, urn: str) -> bool:
        """Whether the entry is for the stack that a URN belongs to."""
        return fnmatchcase(stack_of(urn), stack_of(self.resource))

    def has_expired(self, today: date) -> bool:
        """Whether the last day has passed."""
        return today > self.expires


def read(rules: Collection[str], path: Path = FILE) -> Sequence[Exemption]:
    """The exemptions of a file; none when there is no file.

    Args:
        rules: the names of the rules that there are.
        path: the file.

    Raises:
        FaultyFileError: it cannot be read, or an entry is not as it must be.
    """
    if not path.exists():
        return ()
    # pydantic takes longer to import than all else of the pack, so only when there is a file.
    from evaluation import exemption_file  # noqa: PLC0415

    return exemption_file.read(path, rules)


def stack_of(urn: str) -> str:
    """The part of a URN, or of a pattern for it, that names stack and project."""
    return "::".join(urn.split("::")[:2])


def find(exemptions: Sequence[Exemption], finding: Finding, today: date) -> Exemption | None:
    """The entry that lets a finding pass today."""
    return next(
        (each for each in exemptions if each.covers(finding) and not each.has_expired(today)), None
    )


def faults(
    exemptions: Sequence[Exemption], used: Collection[Exemption], urn: str, today: date
) -> Iterator[str]:
    """What is wrong with the entries that are for a stack.

    Args:
        exemptions: all entries.
        used: those that let something pass in this run.
        urn: of any resource of the stack.
        today: the day that expiry is counted against.
    """
    for each in exemptions:
        if not each.is_for(urn):
            continue
        subject = f"{each.place}: the exemption of {each.resource} from {each.rule}"
        if each.has_expired(today):
            yield (
                f"{subject} expired on {each.expires}. Make the resource comply and remove the "
                f"entry, or have {each.owner} give it a new date."
            )
        elif each not in used:
            yield (
                f"{subject} exempts nothing: no resource of this stack that it matches breaks the "
                "rule. Remove the entry, or correct its resource or rule."
            )


def pattern_fault(pattern: str) -> str | None:
    """What is wrong with a URN pattern, or None."""
    found = PATTERN.fullmatch(pattern)
    if found is None:
        return f"is no pattern of a URN. Write one such as {EXAMPLE}"
    if WILDCARD.search(found["project"]):
        return f"leaves the project open. Name it, as in {EXAMPLE}"
    # A type is written after those of the components that it belongs to.
    own_type = found["type"].rpartition("$")[2]
    if not any(_names_something(part) for part in (own_type, found["name"])):
        return (
            "would exempt every resource of the stack, or nearly. Name a type or a name, with at "
            f"least 3 letters or digits in a row, as in {EXAMPLE}"
        )
    return None


def _names_something(part: str) -> bool:
    """Whether a part of a pattern has more than wildcards, separators and a package."""
    runs: list[str] = NAMING.findall(WILDCARD.sub("*", part))
    return any(run not in PACKAGES for run in runs)
