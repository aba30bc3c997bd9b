"""`ops policy-check` over states that the real engine exported."""

import json
import subprocess
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi_aws import cloudwatch, ec2

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


def network() -> None:
    """A subnet that leaves public addresses to AWS's default, which is none."""
    there = in_region()
    vpc = ec2.Vpc("vpc", cidr_block="10.9.0.0/16", tags=tags("network"), opts=there)
    cidr = "10.9.0.0/24"
    ec2.Subnet("subnet", vpc_id=vpc.id, cidr_block=cidr, tags=tags("network"), opts=there)


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


def test_a_property_that_was_never_set_is_found_after_a_refresh(
    engine: Engine, tmp_path: Path
) -> None:
    def of_subnet() -> list[str]:
        found = checked(stack, tmp_path)
        return [each["message"] for each in found if each["resource"] == "subnet"]

    stack = engine.program_stack("opened", network)
    try:
        stack.up()
        assert of_subnet() == []

        network_of_engine = engine.client("ec2")
        [subnet] = network_of_engine.describe_subnets(
            Filters=[{"Name": "cidr-block", "Values": ["10.9.0.0/24"]}]
        )["Subnets"]
        network_of_engine.modify_subnet_attribute(
            SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": True}
        )
        stack.refresh()
        [violation] = of_subnet()
    finally:
        stack.destroy()

    assert violation == (
        "mapPublicIpOnLaunch is on, so every server of the subnet has a public address; only the "
        "load balancer may be reached from the internet. Set it to false."
    )
