"""`ops policy-check` says of an exported state what a deployment would."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.exit_codes import ExitCode

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
