import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from scripts.exit_codes import ExitCode
from scripts.security import finding, sarif, scan
from scripts.security.finding import Finding, Severity
from scripts.security.scan import Target
from tests.services.nginx import nginx
from tests.services.object_store import ObjectStore

ROOT = Path(__file__).parents[3]


def found(severity: Severity, rule: str = "tls-old-protocol") -> Finding:
    return Finding(rule=rule, severity=severity, where="host:443", what="So.", remedy="Do.")


@pytest.mark.parametrize(
    ("severities", "code"),
    [
        ([], ExitCode.OK),
        ([Severity.INFO], ExitCode.OK),
        ([Severity.LOW, Severity.INFO], ExitCode.WARNING),
        ([Severity.MEDIUM], ExitCode.WARNING),
        ([Severity.LOW, Severity.HIGH], ExitCode.CRITICAL),
        ([Severity.CRITICAL], ExitCode.CRITICAL),
    ],
)
def test_the_gravest_finding_decides(severities: list[Severity], code: ExitCode) -> None:
    assert finding.exit_code([found(each) for each in severities]) is code


def test_a_part_that_cannot_be_scanned_is_a_finding_and_the_rest_goes_on(
    running_store: ObjectStore,
) -> None:
    target = Target(host=None, buckets=["not-there"])

    results = scan.scan(target, running_store.client(), print)

    assert [each.rule for each in results] == ["scan-failed", "application-not-scanned"]
    assert results[0].where == "bucket not-there"


def test_sarif_has_a_rule_once_and_a_result_for_each_finding() -> None:
    twice, once = found(Severity.HIGH), found(Severity.LOW, "a")
    document = sarif.document([twice, twice, once])

    (run,) = document["runs"]
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == ["tls-old-protocol", "a"]
    assert [each["level"] for each in run["results"]] == ["error", "error", "note"]
    jsonschema.validate(
        document,
        {
            "type": "object",
            "required": ["version", "runs"],
            "properties": {"version": {"const": "2.1.0"}},
        },
    )


def test_the_command_gives_findings_and_their_exit_code(tmp_path: Path) -> None:
    with nginx("ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers HIGH:!aNULL:!MD5;") as port:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "scripts", "security-scan", f"localhost:{port}"),
                *("--no-ports", "--json", "--sarif", tmp_path / "scan.sarif"),
            ],
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    assert ran.returncode == ExitCode.CRITICAL, ran.stderr
    rules = {each["rule"]: each["severity"] for each in json.loads(ran.stdout)}
    assert rules["tls-certificate-untrusted"] == "high"
    assert rules["header-hsts"] == "medium"
    written = json.loads((tmp_path / "scan.sarif").read_text())
    assert len(written["runs"][0]["results"]) == len(rules)
