"""`ops policy-check` over states that the real engine exported."""

import json
import subprocess
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi_aws import cloudwatch

from offline.workspace import ROOT
from scripts.exit_codes import ExitCode
from tests.integration.engine import Engine
from tests.integration.pack import in_region, tags

OPS = ROOT / ".venv" / "bin" / "ops"


def program() -> None:
    """A log group that keeps the rules."""
    cloudwatch.LogGroup(
        "kept",
        name="kept",
        retention_in_days=365,
        tags=tags("monitoring"),
        opts=in_region(),
    )


def checked(stack: automation.Stack, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and violations of what the engine exports."""
    exported = stack.export_stack()
    file = folder / "state.json"
    state = {"version": exported.version, "deployment": exported.deployment}
    file.write_text(json.dumps(state), encoding="utf-8")
    command = [OPS, "policy-check", file, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def test_what_was_changed_behind_a_stacks_back_is_found_after_a_refresh(
    engine: Engine, tmp_path: Path
) -> None:
    stack = engine.program_stack("meddled", program)
    try:
        stack.up()
        assert checked(stack, tmp_path) == (ExitCode.OK, [])

        logs = engine.client("logs")
        logs.put_retention_policy(logGroupName="kept", retentionInDays=7)
        stack.refresh()
        code, [violation] = checked(stack, tmp_path)
    finally:
        stack.destroy()

    assert code == ExitCode.REFUSED
    assert (violation["rule"], violation["resource"]) == ("log-retention", "kept")
    assert violation["message"] == (
        "retentionInDays is 7 days; logs are kept at least 365 days. Set it to 365."
    )
