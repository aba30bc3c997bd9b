import json
from pathlib import Path

import pytest

from scripts.exit_codes import ExitCode
from scripts.security import finding, images
from scripts.security.finding import Severity
from tests.toolchain import fakes

REPORT = {
    "Results": [
        {"Target": "os", "Vulnerabilities": None},
        {
            "Target": "debian",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2024-1",
                    "PkgName": "openssl",
                    "InstalledVersion": "3.0.1",
                    "FixedVersion": "3.0.2",
                    "Severity": "CRITICAL",
                }
            ],
        },
    ]
}


def trivy(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a recorded Trivy on PATH: the real one fetches its database from the internet."""
    fakes.program(folder / "trivy", script)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_what_a_newer_package_mends_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    trivy(tmp_path, monkeypatch, f'echo "$@" >{tmp_path}/asked; cat {tmp_path}/report.json')

    (found,) = images.scan(["example/api:1"])

    assert (found.rule, found.severity) == ("image-cve-2024-1", Severity.CRITICAL)
    assert (found.where, found.what) == ("example/api:1", "openssl 3.0.1 has CVE-2024-1.")
    assert found.remedy == "Build the image with openssl 3.0.2 or newer."
    asked = (tmp_path / "asked").read_text()
    assert asked.endswith(" example/api:1\n") and "--ignore-unfixed" in asked


def test_without_trivy_it_says_that_images_were_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (found,) = images.scan(["example/api:1"])
    assert found.severity is Severity.INFO
    assert found.what == "The image was not scanned: trivy is not installed."


def test_a_scan_that_fails_is_a_finding_and_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trivy(tmp_path, monkeypatch, "echo 'no such image' >&2; exit 1")
    (found,) = images.scan(["example/api:1"])
    assert found.what == "The image was not examined: no such image."
    assert finding.exit_code([found]) is ExitCode.WARNING
