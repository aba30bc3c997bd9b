"""What a run lets pass is reported at its end."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from pulumi_policy import EnforcementLevel, StackValidationPolicy

from evaluation.assembly import closing_policies
from evaluation.exemptions import Exemption
from evaluation.faulty_file import FaultyFileError
from evaluation.rule import OnUnknown
from evaluation.run import Run, in_background, utc_today
from rules.bucket_versioning import BUCKET_VERSIONING
from rules.database_backups import DATABASE_BACKUPS
from rules.log_retention import LOG_RETENTION
from tests.policies.evaluate import UNKNOWN, stack_reports, stack_violations, violations
from tests.policies.factories import bucket, database, log_group

EXEMPTION = Exemption(
    resource="urn:pulumi:test::messaging-app::*::database",
    rule="database-backups",
    owner="platform",
    reason="The data is made anew each night.",
    expires=date(2030, 6, 30),
    line=2,
    file="exemptions.yaml",
)
SHORT = database(backupRetentionPeriod=3.0)
TODAY = date(2030, 6, 1)


def run_with(*exemptions: Exemption, today: date = TODAY) -> Run:
    return Run(lambda: exemptions, lambda: today)


def closing(run: Run) -> dict[str, list[tuple[str, str | None]]]:
    """What each of the closing policies reports about a stack with the database."""
    return {each.name: stack_reports(each, [SHORT]) for each in closing_policies(run)}


def test_a_use_is_reported_with_its_owner_reason_and_end() -> None:
    run = run_with(EXEMPTION)
    assert violations(DATABASE_BACKUPS, SHORT, run=run) == []
    assert closing(run) == {
        "exemptions": [],
        "exempted": [
            (
                "database-backups is not enforced here until 2030-06-30, by platform "
                "(exemptions.yaml:2): The data is made anew each night. What it found: "
                "backupRetentionPeriod is 3 days; backups are kept at least 7 days "
                "(guide, Backup Procedures 1). Set it to 7 or more.",
                SHORT.urn,
            )
        ],
        "unknown-values": [],
    }


def test_a_stack_rule_may_be_exempted_as_well() -> None:
    entry = replace(
        EXEMPTION, rule="bucket-versioning", resource="urn:pulumi:test::messaging-app::*::media"
    )
    run = run_with(entry)
    assert stack_violations(BUCKET_VERSIONING, [bucket()], run=run) == []
    assert [urn for _, urn in run.exempted] == [bucket().urn]


def test_an_expired_exemption_lets_nothing_pass_and_blocks() -> None:
    run = run_with(EXEMPTION, today=date(2030, 7, 1))
    assert len(violations(DATABASE_BACKUPS, SHORT, run=run)) == 1
    ((message, urn),) = closing(run)["exemptions"]
    assert "expired on 2030-06-30" in message
    assert urn is None
    assert closing(run)["exempted"] == []


def test_an_exemption_that_nothing_needs_blocks() -> None:
    run = run_with(EXEMPTION)
    assert violations(DATABASE_BACKUPS, database(), run=run) == []
    ((message, _),) = closing(run)["exemptions"]
    assert "exempts nothing" in message


def test_a_faulty_file_exempts_nothing_and_blocks() -> None:
    def fail() -> Sequence[Exemption]:
        raise FaultyFileError("exemptions.yaml:3: the file is no YAML.")

    run = Run(fail)
    assert len(violations(DATABASE_BACKUPS, SHORT, run=run)) == 1
    assert closing(run)["exemptions"] == [
        ("exemptions.yaml:3: the file is no YAML. Until it is corrected, nothing is exempt.", None)
    ]


def test_a_value_not_known_yet_is_exempted_as_the_rule_is() -> None:
    run = run_with(EXEMPTION)
    assert violations(DATABASE_BACKUPS, database(backupRetentionPeriod=UNKNOWN), run=run) == []
    assert len(list(run.exempted)) == 1
    assert list(run.unchecked) == []


def test_what_waits_for_values_is_told_once_a_rule() -> None:
    run = Run()
    for name in "abcde":
        group = replace(log_group(retentionInDays=UNKNOWN), name=name)
        assert violations(LOG_RETENTION, group, run=run) == []
    unknown = database(backupRetentionPeriod=UNKNOWN)
    assert violations(DATABASE_BACKUPS, unknown, {"onUnknown": "report"}, run) == []
    assert closing(run)["unknown-values"] == [
        (
            "log-retention waits for values that are not known yet, of a, b, c and 2 more. "
            "It is checked once the deployment knows them.",
            None,
        ),
        (
            "database-backups waits for values that are not known yet, of database. "
            "It is checked once the deployment knows them.",
            None,
        ),
    ]


def test_three_resources_are_named_without_more() -> None:
    run = Run()
    for name in "abc":
        group = replace(log_group(retentionInDays=UNKNOWN), name=name)
        assert violations(LOG_RETENTION, group, run=run) == []
    (message,) = run.unchecked
    assert " of a, b, c. It is" in message


def test_a_rule_that_reports_may_be_configured_to_block() -> None:
    group = log_group(retentionInDays=UNKNOWN)
    (found,) = violations(LOG_RETENTION, group, {"onUnknown": OnUnknown.BLOCK.value})
    assert found.startswith("retentionInDays is not known yet at preview")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("exemptions", EnforcementLevel.MANDATORY),
        ("exempted", EnforcementLevel.ADVISORY),
        ("unknown-values", EnforcementLevel.ADVISORY),
    ],
)
def test_only_faults_block(name: str, level: EnforcementLevel) -> None:
    levels = {each.name: each.enforcement_level for each in closing_policies(Run())}
    assert levels[name] is level


def test_an_empty_stack_needs_no_exemption() -> None:
    policy: StackValidationPolicy = closing_policies(run_with(EXEMPTION))[0]
    assert stack_reports(policy, []) == []


def test_a_load_in_the_background_gives_its_result_and_its_fault() -> None:
    assert in_background(lambda: [EXEMPTION])() == [EXEMPTION]

    def fail() -> Sequence[Exemption]:
        raise FaultyFileError("It is wrong.")

    with pytest.raises(FaultyFileError, match=r"^It is wrong\.$"):
        in_background(fail)()


def test_a_load_in_the_background_keeps_nobody_waiting() -> None:
    asked = threading.Event()

    def load() -> Sequence[Exemption]:
        # Nobody asks before the call has returned, unless it waits for this.
        return [EXEMPTION] if asked.wait(timeout=5) else []

    result = in_background(load)
    asked.set()
    assert result() == [EXEMPTION]


def test_the_day_is_that_of_utc() -> None:
    assert isinstance(utc_today(), date)
