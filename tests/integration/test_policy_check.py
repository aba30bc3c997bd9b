"""`ops policy-check` over states that the real engine exported."""

import json
import subprocess
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi_aws import cloudwatch

from offline.workspace import ROOT
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


def checked(stack: automation.Stack, folder: Path) -> list[dict[str, Any]]:
    """The violations of what the engine exports, but for the one that always is.

    The shipped exemption for databases is for every stack, and this one has none.
    """
    exported = stack.export_stack()
    file = folder / "state.json"
    state = {"version": exported.version, "deployment": exported.deployment}
    file.write_text(json.dumps(state), encoding="utf-8")
    command = [OPS, "policy-check", file, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [each for each in json.loads(done.stdout) if each["rule"] != "exemptions"]


def test_what_was_changed_behind_a_stacks_back_is_found_after_a_refresh(
    engine: Engine, tmp_path: Path
) -> None:
    stack = engine.program_stack("meddled", program)
    try:
        stack.up()
        assert checked(stack, tmp_path) == []

        logs = engine.client("logs")
        logs.put_retention_policy(logGroupName="kept", retentionInDays=7)
        stack.refresh()
        [violation] = checked(stack, tmp_path)
    finally:
        stack.destroy()

    assert (violation["rule"], violation["effect"]) == ("log-retention", "blocks")
    assert violation["resource"] == "kept"
    assert violation["message"] == (
        "retentionInDays is 7 days; logs are kept at least 365 days. Set it to 365."
    )
