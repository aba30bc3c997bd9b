"""Holds an exported stack against the policy pack, with neither engine nor credentials.

The rules, their configuration and the exemptions are those of a deployment (docs/policies.md).
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

ROOT = Path(__file__).parents[1]
# The pack's folder is an import root of its own, also when the engine runs it.
sys.path.append(str(ROOT / "policies"))

from evaluation import configuration, exemptions  # noqa: E402
from evaluation.faulty_file import FaultyFileError  # noqa: E402
from evaluation.levels import Severity  # noqa: E402
from evaluation.rule import AnyRule  # noqa: E402
from evaluation.run import utc_today  # noqa: E402
from evaluation.state import (  # noqa: E402
    StateError,
    Violation,
    evaluate,
    exemption_violations,
    stack_name,
)
from rules import RULES  # noqa: E402

SARIF_VERSION = "2.1.0"
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

TOOL = "messaging-app-policies"

SEVERITY_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
"""Within GitHub's ranges of `security-severity`: critical over 9.0, high 7.0, medium 4.0."""

SARIF_OF_EXEMPTIONS = {
    "id": exemptions.POLICY,
    "shortDescription": {"text": f"{exemptions.TITLE}."},
    "fullDescription": {"text": "A permission that nobody needs any more is one to be misused."},
    "help": {"text": "Remove the entry from exemptions.yaml, correct it, or give it a new date."},
    "properties": {"security-severity": SEVERITY_SCORES[Severity.MEDIUM]},
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the rules say about one state."""

    stack: str
    violations: Sequence[Violation]

    @property
    def blocking(self) -> list[Violation]:
        """Those for which a deployment would be refused."""
        return [each for each in self.violations if each.blocks]

    @property
    def exit_code(self) -> ExitCode:
        """`REFUSED` when a deployment of this state would be."""
        return ExitCode.REFUSED if self.blocking else ExitCode.OK


def run_check(state_file: Path) -> Report:
    """Hold an exported state against every rule.

    Args:
        state_file: what `pulumi stack export` wrote.

    Raises:
        OpsError: the state, or a file of the pack, cannot be used.
    """
    state = _read(state_file)
    try:
        stack = stack_name(state)
        settings = configuration.read(configuration.FILE, RULES, stack=stack)
        allowed = exemptions.read({rule.name for rule in RULES})
        today = utc_today()
        found = evaluate(state, RULES, configuration=settings, exemptions=allowed, today=today)
        found += exemption_violations(state, found, allowed, today)
    except StateError as error:
        raise OpsError(f"{state_file}: {error}", ExitCode.USAGE) from None
    except FaultyFileError as error:
        raise OpsError(f"policies/{error}", ExitCode.MISCONFIGURED) from None
    return Report(stack=stack, violations=found)


def rows(report: Report) -> list[dict[str, Any]]:
    """What is shown of each violation, the blocking ones first."""
    ordered = sorted(report.violations, key=lambda each: not each.blocks)
    return [
        {
            "rule": each.rule,
            "resource": each.urn.rpartition("::")[2],
            "effect": _effect(each),
            "severity": each.severity.value,
            "message": each.message,
            "urn": each.urn,
        }
        for each in ordered
    ]


def sarif(report: Report, state_file: Path) -> str:
    """The report in the format of code-scanning tools (OASIS SARIF 2.1.0)."""
    names = {each.rule for each in report.violations}
    described = [_sarif_rule(rule) for rule in RULES if rule.name in names]
    if exemptions.POLICY in names:
        described.append(SARIF_OF_EXEMPTIONS)
    places = {rule["id"]: index for index, rule in enumerate(described)}
    results = [_sarif_result(each, places[each.rule], state_file) for each in report.violations]
    document = {
        "$schema": SARIF_SCHEMA,
        "version": SARIF_VERSION,
        "runs": [{"tool": {"driver": {"name": TOOL, "rules": described}}, "results": results}],
    }
    return json.dumps(document, indent=2) + "\n"


def _sarif_rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix},
        "properties": {"security-severity": SEVERITY_SCORES[rule.severity]},
    }


def _sarif_result(violation: Violation, rule_index: int, state_file: Path) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": violation.rule,
        "ruleIndex": rule_index,
        "level": "error" if violation.blocks else "warning",
        "message": {"text": violation.message},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(state_file.as_posix())}},
                "logicalLocations": [{"fullyQualifiedName": violation.urn, "kind": "resource"}],
            }
        ],
        # Two runs over the same state find the same thing.
        "partialFingerprints": {"ruleAndResource/v1": f"{violation.rule} {violation.urn}"},
    }
    if violation.exempted is not None:
        result["suppressions"] = [
            {"kind": "external", "justification": violation.exempted.reason.strip()}
        ]
    return result


def _effect(violation: Violation) -> str:
    if violation.exempted is not None:
        return f"exempt until {violation.exempted.expires}"
    return "blocks" if violation.blocks else "advises"


def _read(state_file: Path) -> dict[str, Any]:
    try:
        state = json.loads(state_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise OpsError(
            f"{state_file} does not exist: give what `pulumi stack export --file` wrote.",
            ExitCode.NOT_FOUND,
        ) from None
    except ValueError as error:
        raise OpsError(
            f"{state_file} is no JSON ({error}): give what `pulumi stack export --file` wrote.",
            ExitCode.USAGE,
        ) from None
    if not isinstance(state, dict):
        raise OpsError(
            f"{state_file} holds no object: give what `pulumi stack export --file` wrote.",
            ExitCode.USAGE,
        )
    return state  # pyright: ignore[reportUnknownVariableType]
