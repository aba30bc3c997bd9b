"""The tools that the policies are measured against: pinned, and kept in the user's cache.

AWSGuard is a policy pack for Node.js, which the machine has to have; checkov gets a Python
environment of its own, for it pins libraries that the project needs in other versions.
"""

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from toolchain import cache
from toolchain.process import run

AWSGUARD: Mapping[str, str] = {
    "@pulumi/awsguard": "0.3.1",
    "@pulumi/aws": "4.38.1",
    "@pulumi/policy": "1.21.0",
    "@pulumi/pulumi": "3.217.0",
}
"""The newest pack, the newest AWS types that it takes, and the SDKs of our own versions."""

CHECKOV = "3.3.30"

EVERY_RULE = """\
const { AwsGuard } = require("@pulumi/awsguard");
new AwsGuard({ all: "advisory", acmCertificateExpiration: "disabled" });
"""
"""Every rule but one: that asks AWS for each certificate, and where a preview is still to make it,
the request without a name ends the whole preview."""

BOOT = """\
#!/bin/sh
exec node node_modules/@pulumi/pulumi/cmd/run-policy-pack "$@"
"""
"""What the engine starts in a pack's folder; the SDK's own script asks Node for the path first."""


def awsguard() -> Path:
    """The folder of a policy pack with every rule of AWSGuard.

    Its folder `bin` belongs on the engine's PATH.

    Raises CommandFailedError when it cannot be installed.
    """
    return _installed(f"awsguard-{AWSGUARD['@pulumi/awsguard']}", _make_awsguard)


def checkov() -> Path:
    """The program `checkov`. Raises CommandFailedError when it cannot be installed."""
    return _installed(f"checkov-{CHECKOV}", _make_checkov) / "bin" / "checkov"


def _installed(name: str, make: Callable[[Path], None]) -> Path:
    folder = cache.root() / name
    with cache.exclusive(
        folder.with_name(f"{name}.lock"), f"Waiting for another run that gets {name}"
    ):
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            make(folder)
            # Last: an environment names its own folder and cannot be moved when it is done.
            (folder / "made").touch()
    return folder


def _make_awsguard(folder: Path) -> None:
    package = {
        "name": "every-rule-of-awsguard",
        "version": AWSGUARD["@pulumi/awsguard"],
        "private": True,
        "dependencies": AWSGUARD,
    }
    (folder / "package.json").write_text(json.dumps(package))
    (folder / "PulumiPolicy.yaml").write_text("runtime: nodejs\n")
    (folder / "index.js").write_text(EVERY_RULE)
    boot = folder / "bin" / "pulumi-analyzer-policy"
    boot.parent.mkdir()
    boot.write_text(BOOT)
    boot.chmod(0o755)
    # The AWS types would fetch the provider's plugin when they are installed.
    run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], _quietly, cwd=folder)


def _make_checkov(folder: Path) -> None:
    run([sys.executable, "-m", "venv", folder], _quietly)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check"]
    run([*pip, f"checkov=={CHECKOV}"], _quietly)


def _quietly(_line: str) -> None:
    """Hears what an installation says; its end is told if it fails."""
