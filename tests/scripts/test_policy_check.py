"""`ops policy-check` says of an exported state what a deployment would."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evaluation.exemptions import Exemption
from evaluation.levels import EnforcementLevel, Severity
from evaluation.rule import OnUnknown
from evaluation.state import Violation
from scripts.exit_codes import ExitCode
from scripts.policy_check import Report, sarif

ROOT = Path(__file__).parents[2]
# Of a project that the shipped exemptions are not for.
VOLUME_URN = "urn:pulumi:prod::other-app::aws:ebs/volume:Volume::data"
TAGS = {
    "Project": "messaging-app",
    "Environment": "prod",
    "Role": "monitoring",
    "Owner": "platform",
    "ManagedBy": "pulumi",
}

Check = Callable[..., "subprocess.CompletedProcess[str]"]


def volume(**changes: object) -> dict[str, Any]:
    """An EBS volume as an export holds it."""
    properties = {"size": 100, "type": "gp3", "encrypted": True, "tags": TAGS, **changes}
    return {
        "urn": VOLUME_URN,
        "type": "aws:ebs/volume:Volume",
        "inputs": properties,
        "outputs": properties,
    }


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(state: object, *options: str) -> "subprocess.CompletedProcess[str]":
        file = tmp_path / "state.json"
        file.write_text(state if isinstance(state, str) else json.dumps(state), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "scripts", "policy-check", str(file), *options],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)}}


def test_a_state_that_keeps_the_rules_passes(check: Check) -> None:
    done = check(state(volume()), "--json")
    assert (done.returncode, json.loads(done.stdout)) == (ExitCode.OK, [])


def test_a_violation_is_told_with_its_rule_and_would_block(check: Check) -> None:
    done = check(state(volume(encrypted=False)), "--json")
    assert done.returncode == ExitCode.REFUSED
    [row] = json.loads(done.stdout)
    assert (row["rule"], row["urn"], row["effect"]) == ("volume-encryption", VOLUME_URN, "blocks")
    assert row["severity"] == "high"
    assert row["message"].startswith("encrypted is ")


def sarif_result(report: Report, state_file: str = "state.json") -> dict[str, Any]:
    """The one result of a report, as code-scanning tools get it."""
    [run] = json.loads(sarif(report, Path(state_file)))["runs"]
    [result] = run["results"]
    return result


EXEMPTION = Exemption(
    resource="urn:pulumi:prod::other-app::*::data",
    rule="volume-encryption",
    owner="platform",
    reason="A test.",
    expires=date(2030, 1, 2),
    line=1,
    file="exemptions.yaml",
)
BLOCKING = Violation(
    rule="volume-encryption",
    urn=VOLUME_URN,
    message="It is off.",
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    unknown=False,
    on_unknown=OnUnknown.REPORT,
    exempted=None,
)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, "error"),
        ({"level": EnforcementLevel.REMEDIATE}, "error"),
        ({"unknown": True, "on_unknown": OnUnknown.BLOCK}, "error"),
        ({"level": EnforcementLevel.ADVISORY}, "warning"),
        ({"unknown": True}, "warning"),
        ({"exempted": EXEMPTION}, "warning"),
    ],
)
def test_only_what_blocks_is_an_error_to_code_scanning_tools(
    change: dict[str, Any], level: str
) -> None:
    report = Report(stack="prod", violations=[replace(BLOCKING, **change)])
    assert sarif_result(report)["level"] == level


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("out/state.json", "out/state.json"),
        ("of today/50%.json", "of%20today/50%25.json"),
        ("a:b#ä.json", "a%3Ab%23%C3%A4.json"),
    ],
)
def test_code_scanning_tools_get_a_uri(file: str, uri: str) -> None:
    result = sarif_result(Report(stack="prod", violations=[BLOCKING]), file)
    [place] = result["locations"]
    assert place["physicalLocation"] == {"artifactLocation": {"uri": uri}}


def test_an_exemption_that_nothing_needs_blocks(check: Check, tmp_path: Path) -> None:
    stack = "urn:pulumi:dr::messaging-app"
    made = {**volume(), "urn": f"{stack}::aws:ebs/volume:Volume::data"}
    done = check(state(made), "--json", "--sarif", str(tmp_path / "report.sarif"))
    assert done.returncode == ExitCode.REFUSED
    [row] = json.loads(done.stdout)
    assert (row["rule"], row["effect"]) == ("exemptions", "blocks")
    assert row["urn"] == f"{stack}::pulumi:pulumi:Stack::messaging-app-dr"
    assert row["message"] == (
        "exemptions.yaml:4: the exemption of "
        "urn:pulumi:*::messaging-app::*$aws:rds/instance:Instance::database-* from "
        "database-upgrades exempts nothing: no resource of this stack that it matches breaks the "
        "rule. Remove the entry, or correct its resource or rule."
    )
    [run] = json.loads((tmp_path / "report.sarif").read_text(encoding="utf-8"))["runs"]
    [rule], [result] = run["tool"]["driver"]["rules"], run["results"]
    assert (rule["id"], result["ruleId"], result["level"]) == ("exemptions", "exemptions", "error")


def test_a_person_reads_a_table_and_a_count(check: Check) -> None:
    done = check(state(volume(type="standard")))
    assert done.returncode == ExitCode.REFUSED
    assert "ssd-volumes" in done.stdout
    assert done.stderr == ("Stack prod: 1 violations, 1 of them would block a deployment.\n")


def test_code_scanning_tools_get_the_same(check: Check, tmp_path: Path) -> None:
    sarif = tmp_path / "report.sarif"
    check(state(volume(encrypted=False)), "--sarif", str(sarif))
    report = json.loads(sarif.read_text(encoding="utf-8"))
    assert report["version"] == "2.1.0"
    [run] = report["runs"]
    [rule], [result] = run["tool"]["driver"]["rules"], run["results"]
    assert (rule["id"], result["ruleId"], result["level"]) == (
        "volume-encryption",
        "volume-encryption",
        "error",
    )
    [place] = result["locations"]
    assert place["logicalLocations"] == [{"fullyQualifiedName": VOLUME_URN, "kind": "resource"}]
    assert "suppressions" not in result


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("{", ExitCode.USAGE, "is no JSON"),
        ("[]", ExitCode.USAGE, "holds no object"),
        ('{"version": 2}', ExitCode.USAGE, "This is no stack's state of version 3 or 4."),
    ],
)
def test_what_is_no_state_is_refused_in_a_sentence(
    check: Check, text: str, code: ExitCode, said: str
) -> None:
    done = check(text)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
