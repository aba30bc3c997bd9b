"""Known weaknesses of what is in container images, as Trivy knows them."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

from scripts.security.finding import Finding, Severity

SECONDS = 900
"""How long one image may take: it is pulled, and Trivy fetches its database before the first."""


def scan(images: Sequence[str]) -> list[Finding]:
    """Scan images for weaknesses that a newer package mends; those alone can be acted on.

    Where Trivy is not installed, a finding says that this was left out.
    """
    trivy = shutil.which("trivy")
    if trivy is None:
        return [_left_out(image, "trivy is not installed") for image in images]
    return [finding for image in images for finding in _one(trivy, image)]


def _one(trivy: str, image: str) -> list[Finding]:
    wanted = ["--severity", "HIGH,CRITICAL", "--ignore-unfixed", "--scanners", "vuln"]
    command = [trivy, "image", "--quiet", "--format", "json", *wanted, image]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return [_failed(image, f"trivy did not end within {SECONDS} s")]
    if ran.returncode:
        return [_failed(image, " ".join(ran.stderr.split())[-200:].rstrip("."))]
    results: list[dict[str, Any]] = json.loads(ran.stdout).get("Results") or []
    weaknesses: list[dict[str, str]] = [
        each for result in results for each in result.get("Vulnerabilities") or ()
    ]
    return [_weakness(image, each) for each in weaknesses]


def _weakness(image: str, told: dict[str, str]) -> Finding:
    package, name = told["PkgName"], told["VulnerabilityID"]
    return Finding(
        rule=f"image-{name.lower()}",
        severity=Severity[told["Severity"]],
        where=image,
        what=f"{package} {told['InstalledVersion']} has {name}.",
        remedy=f"Build the image with {package} {told['FixedVersion']} or newer.",
    )


def _left_out(image: str, why: str) -> Finding:
    return Finding(
        rule="image-not-scanned",
        severity=Severity.INFO,
        where=image,
        what=f"The image was not scanned: {why}.",
        remedy="Install Trivy on the machine that runs this.",
    )


def _failed(image: str, why: str) -> Finding:
    return Finding(
        rule="image-scan-failed",
        severity=Severity.MEDIUM,
        where=image,
        what=f"The image was not examined: {why}.",
        remedy="See that Trivy reaches the image and its database, and scan again.",
    )
