"""Findings as SARIF 2.1.0, which GitHub's code scanning and editors read."""

from collections.abc import Sequence
from typing import Any

from scripts.security.finding import Finding, Severity

LEVELS = {
    Severity.INFO: "none",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}

SCORES = {
    Severity.INFO: "0.0",
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""`security-severity`, by which GitHub tells critical from high."""


def document(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the findings of one run."""
    rules = {each.rule: each for each in findings}
    driver = {"name": "ops security-scan", "rules": [_rule(each) for each in rules.values()]}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [_result(each) for each in findings]}],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule,
        "help": {"text": finding.remedy},
        "properties": {"security-severity": SCORES[finding.severity]},
    }


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.what} {finding.remedy}"},
        "locations": [
            {
                # GitHub shows no result without a file: what is scanned stands in its place.
                "physicalLocation": {"artifactLocation": {"uri": finding.where}},
                "logicalLocations": [{"fullyQualifiedName": finding.where}],
            }
        ],
    }
