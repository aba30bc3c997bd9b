"""Exemptions on the real engine: one that holds is told, all others block."""

from pathlib import Path

from pulumi_aws import cloudwatch

from tests.integration.engine import Engine
from tests.integration.pack import in_region, pack_with, refusal, tags

TOO_SHORT = "retentionInDays is 30 days; logs are kept at least 365 days. Set it to 365."


def trace(days: int) -> None:
    """A program with one log group."""
    cloudwatch.LogGroup(
        "trace",
        name="trace",
        retention_in_days=days,
        tags=tags("monitoring"),
        opts=in_region(),
    )


def exemption(stack: str, expires: str) -> str:
    """A file whose one entry lets the group keep its logs for less than a year."""
    return f"""\
exemptions:
  - rule: log-retention
    resource: urn:pulumi:{stack}::messaging-app::aws:cloudwatch/logGroup:LogGroup::trace
    owner: payments
    reason: Traces of one experiment.
    expires: {expires}
"""


def test_an_exemption_in_force_lets_the_resource_be_made_and_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    pack = pack_with(tmp_path, exemptions=exemption("in-force", "2999-12-31"))
    stack = engine.program_stack("in-force", lambda: trace(days=30))
    try:
        told = stack.up(policy_packs=[str(pack)]).stdout
        [group] = engine.client("logs").describe_log_groups()["logGroups"]
    finally:
        stack.destroy()

    assert (group["logGroupName"], group["retentionInDays"]) == ("trace", 30)
    assert "[advisory]  exempted  (aws:cloudwatch/logGroup:LogGroup: trace)" in told
    assert (
        "log-retention is not enforced here until 2999-12-31, by payments (exemptions.yaml:2): "
        f"Traces of one experiment. What it found: {TOO_SHORT}"
    ) in told


def test_an_expired_exemption_blocks_and_so_does_what_it_let_pass(
    engine: Engine, tmp_path: Path
) -> None:
    pack = pack_with(tmp_path, exemptions=exemption("expired", "2026-01-31"))
    told = refusal(engine.program_stack("expired", lambda: trace(days=30)), pack)

    assert "[mandatory] [severity: medium]  log-retention  (aws:cloudwatch/logGroup:" in told
    assert TOO_SHORT in told
    assert "[mandatory]  exemptions  (" in told
    assert (
        "exemptions.yaml:2: the exemption of urn:pulumi:expired::messaging-app::"
        "aws:cloudwatch/logGroup:LogGroup::trace from log-retention expired on 2026-01-31. "
        "Make the resource comply and remove the entry, or have payments give it a new date."
    ) in told


def test_an_exemption_that_nothing_needs_blocks(engine: Engine, tmp_path: Path) -> None:
    pack = pack_with(tmp_path, exemptions=exemption("unused", "2999-12-31"))
    told = refusal(engine.program_stack("unused", lambda: trace(days=365)), pack)

    assert "[mandatory]  exemptions  (" in told
    assert (
        "exemptions.yaml:2: the exemption of urn:pulumi:unused::messaging-app::"
        "aws:cloudwatch/logGroup:LogGroup::trace from log-retention exempts nothing: no resource "
        "of this stack that it matches breaks the rule. Remove the entry, or correct its resource "
        "or rule."
    ) in told


def test_a_faulty_file_of_exemptions_blocks_with_its_line_and_exempts_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    ownerless = exemption("faulty", "2999-12-31").replace("    owner: payments\n", "")
    told = refusal(
        engine.program_stack("faulty", lambda: trace(days=30)),
        pack_with(tmp_path, exemptions=ownerless),
    )

    assert TOO_SHORT in told
    assert (
        "exemptions.yaml:2: exemptions.0.owner: Field required. "
        "Until it is corrected, nothing is exempt."
    ) in told
