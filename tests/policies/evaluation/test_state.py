"""An exported state is held against the same rules as a deployment."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evaluation.exemptions import Exemption
from evaluation.levels import EnforcementLevel, Severity
from evaluation.rule import OnUnknown
from evaluation.state import (
    SECRET,
    SIGNATURE,
    StateError,
    Violation,
    evaluate,
    exemption_violations,
    stack_name,
)
from rules import RULES
from rules.bucket_versioning import BUCKET_VERSIONING
from rules.database_backups import DATABASE_BACKUPS
from rules.database_logs import DATABASE_LOGS
from rules.required_tags import REQUIRED_TAGS
from tests.policies.exports import exported, state
from tests.policies.factories import bucket, bucket_versioning, database, log_group, with_properties

TODAY = date(2030, 1, 2)


SHORT = exported(database(backupRetentionPeriod=3.0))
FOUND = Violation(
    rule="database-backups",
    urn=database().urn,
    message=(
        "backupRetentionPeriod is 3 days; backups are kept at least 7 days "
        "(guide, Backup Procedures 1). Set it to 7 or more."
    ),
    level=EnforcementLevel.MANDATORY,
    severity=Severity.HIGH,
    unknown=False,
    on_unknown=OnUnknown.BLOCK,
    exempted=None,
)


def test_a_violation_says_all_about_itself() -> None:
    assert evaluate(state(SHORT), [DATABASE_BACKUPS], today=TODAY) == [FOUND]


def test_what_complies_gives_nothing() -> None:
    assert evaluate(state(exported(database())), [DATABASE_BACKUPS], today=TODAY) == []


def test_stack_rules_read_outputs() -> None:
    resources = [
        exported(bucket(), outputs={"bucket": "a"}),
        exported(bucket_versioning(), outputs={"bucket": "b"}),
    ]
    (found,) = evaluate(state(*resources), [BUCKET_VERSIONING], today=TODAY)
    assert found.urn == bucket().urn
    assert found.message.startswith("bucket media keeps no old versions")


def test_a_property_leads_to_the_resource_that_it_comes_from() -> None:
    resources = [
        exported(bucket(), outputs={}),
        exported(bucket_versioning(), outputs={"versioningConfiguration": {"status": "Enabled"}}),
    ]
    assert evaluate(state(*resources), [BUCKET_VERSIONING], today=TODAY) == []


@pytest.mark.parametrize("flag", ["external", "delete"])
def test_what_is_elsewhere_or_about_to_go_is_left_out(flag: str) -> None:
    assert evaluate(state({**SHORT, flag: True}), [DATABASE_BACKUPS], today=TODAY) == []


def test_the_configuration_sets_levels_and_parameters() -> None:
    settings = {"database-backups": {"enforcementLevel": EnforcementLevel.ADVISORY, "days": 4.0}}
    (found,) = evaluate(state(SHORT), [DATABASE_BACKUPS], configuration=settings, today=TODAY)
    assert found.level is EnforcementLevel.ADVISORY
    assert "at least 4 days" in found.message


def test_a_rule_that_is_disabled_says_nothing() -> None:
    settings = {"database-backups": {"enforcementLevel": EnforcementLevel.DISABLED}}
    assert evaluate(state(SHORT), [DATABASE_BACKUPS], configuration=settings, today=TODAY) == []


EXEMPTION = Exemption(
    resource="urn:pulumi:*::messaging-app::*::database",
    rule="database-backups",
    owner="platform",
    reason="A test.",
    expires=TODAY,
    line=1,
    file="exemptions.yaml",
)


@pytest.mark.parametrize(
    ("expires", "holds"), [(date(2030, 1, 2), True), (date(2030, 1, 1), False)]
)
def test_an_exemption_is_told_until_its_last_day(expires: date, holds: bool) -> None:
    exemption = replace(EXEMPTION, expires=expires)
    (found,) = evaluate(state(SHORT), [DATABASE_BACKUPS], exemptions=[exemption], today=TODAY)
    assert found.exempted == (exemption if holds else None)


SUBJECT = (
    "exemptions.yaml:1: the exemption of urn:pulumi:*::messaging-app::*::database from "
    "database-backups"
)


@pytest.mark.parametrize(
    ("days", "expires", "faults"),
    [
        (3, TODAY, []),
        (
            7,
            TODAY,
            [
                f"{SUBJECT} exempts nothing: no resource of this stack that it matches breaks the "
                "rule. Remove the entry, or correct its resource or rule."
            ],
        ),
        (
            3,
            date(2030, 1, 1),
            [
                f"{SUBJECT} expired on 2030-01-01. Make the resource comply and remove the entry, "
                "or have platform give it a new date."
            ],
        ),
    ],
)
def test_an_exemption_that_is_not_needed_or_expired_blocks(
    days: int, expires: date, faults: list[str]
) -> None:
    exemption = replace(EXEMPTION, expires=expires)
    kept = state(exported(database(backupRetentionPeriod=days)))
    found = evaluate(kept, [DATABASE_BACKUPS], exemptions=[exemption], today=TODAY)
    told = exemption_violations(kept, found, [exemption], TODAY)
    assert [each.message for each in told] == faults
    assert all(each.blocks for each in told)
    stack = "urn:pulumi:test::messaging-app::pulumi:pulumi:Stack::messaging-app-test"
    assert {(each.rule, each.urn) for each in told} <= {("exemptions", stack)}


@pytest.mark.parametrize("expires", [TODAY, date(2030, 1, 1)])
def test_a_state_without_resources_needs_no_exemption(expires: date) -> None:
    assert exemption_violations(state(), [], [replace(EXEMPTION, expires=expires)], TODAY) == []


def test_a_secret_is_as_unknown_as_a_value_at_preview() -> None:
    secret = {SIGNATURE: SECRET, "ciphertext": "v1:…"}
    hidden = exported(database(backupRetentionPeriod=secret))
    (found,) = evaluate(state(hidden), [DATABASE_BACKUPS], today=TODAY)
    assert found.unknown
    assert found.message.startswith("backupRetentionPeriod is not known yet")


@pytest.mark.parametrize(("told", "blocks"), [("block", True), ("report", False)])
def test_the_configuration_says_whether_a_secret_blocks(told: str, blocks: bool) -> None:
    hidden = exported(database(backupRetentionPeriod={SIGNATURE: SECRET, "ciphertext": "v1:…"}))
    settings = {"database-backups": {"onUnknown": told}}
    (found,) = evaluate(state(hidden), [DATABASE_BACKUPS], configuration=settings, today=TODAY)
    assert found.blocks is blocks


@pytest.mark.parametrize(
    ("plaintext", "message"),
    [
        ("3", FOUND.message),
        ("{", "backupRetentionPeriod is not known yet"),
        (3, "backupRetentionPeriod is not known yet"),
    ],
)
def test_a_secret_that_is_shown_is_read(plaintext: object, message: str) -> None:
    shown = {SIGNATURE: SECRET, "plaintext": plaintext}
    (found,) = evaluate(
        state(exported(database(backupRetentionPeriod=shown))), [DATABASE_BACKUPS], today=TODAY
    )
    assert found.message.startswith(message)


def test_a_secret_within_one_that_is_shown_is_one() -> None:
    hidden = {SIGNATURE: SECRET, "ciphertext": "v1:…"}
    shown = {SIGNATURE: SECRET, "plaintext": json.dumps(["postgresql", hidden])}
    listed = exported(database(enabledCloudwatchLogsExports=shown))
    (found,) = evaluate(state(listed), [DATABASE_LOGS], today=TODAY)
    assert found.message.startswith("enabledCloudwatchLogsExports.1 is not known yet")


def test_a_secret_in_a_list_is_one_as_well() -> None:
    secret = {SIGNATURE: SECRET, "ciphertext": "v1:…"}
    hidden = exported(database(enabledCloudwatchLogsExports=["postgresql", secret]))
    (found,) = evaluate(state(hidden), [DATABASE_LOGS], today=TODAY)
    assert found.message.startswith("enabledCloudwatchLogsExports.1 is not known yet")


@pytest.mark.parametrize("urn", ["urn:pulumi:test::messaging-app::a::gone", None])
def test_a_dependency_on_what_is_not_there_is_none(urn: object) -> None:
    alone = exported(bucket_versioning(), outputs={}, propertyDependencies={"bucket": [urn]})
    assert evaluate(state(alone), [BUCKET_VERSIONING], today=TODAY) == []


def test_the_default_tags_of_a_provider_count() -> None:
    urn = "urn:pulumi:test::messaging-app::pulumi:providers:aws::aws"
    tags = {"Project": "p", "Environment": "e", "Role": "r", "Owner": "o", "ManagedBy": "pulumi"}
    provider = {
        "urn": urn,
        "type": "pulumi:providers:aws",
        "inputs": {"defaultTags": {"tags": tags}},
    }
    group = exported(log_group(tags=None), provider=f"{urn}::some-id")
    assert evaluate(state(provider, group), [REQUIRED_TAGS], today=TODAY) == []
    assert len(evaluate(state(group), [REQUIRED_TAGS], today=TODAY)) == 1


@pytest.mark.parametrize(
    "text",
    [
        {},
        {"version": 3},
        {"version": 2, "deployment": {"manifest": {}}},
        {"version": 5, "deployment": {"manifest": {}}},
        {"version": 3, "deployment": []},
        {"version": 3, "deployment": {}},
    ],
)
def test_what_is_no_state_is_refused(text: dict[str, Any]) -> None:
    for read in (lambda: evaluate(text, RULES, today=TODAY), lambda: stack_name(text)):
        with pytest.raises(StateError) as refused:
            read()
        assert str(refused.value) == (
            "This is no stack's state of version 3 or 4. Give what `pulumi stack export` writes."
        )


@pytest.mark.parametrize("resources", [None, [], [{}], [None], ["a"], [{"urn": "a"}]])
def test_a_state_without_resources_passes(resources: object) -> None:
    empty = {"version": 3, "deployment": {"resources": resources}}
    assert evaluate(empty, RULES, today=TODAY) == []
    assert stack_name(empty) == ""


def test_a_stack_without_any_resource_passes() -> None:
    new: dict[str, Any] = {"version": 3, "deployment": {"manifest": {}}}
    assert evaluate(new, RULES, today=TODAY) == []
    assert stack_name(new) == ""


def test_the_format_with_hooks_is_read_as_the_other_one() -> None:
    assert evaluate({**state(SHORT), "version": 4}, [DATABASE_BACKUPS], today=TODAY) == [FOUND]


def test_the_urns_tell_the_stack() -> None:
    assert stack_name(state(SHORT)) == "test"


def test_an_unreadable_property_crashes_nothing() -> None:
    odd = exported(with_properties(database(), {"tags": [1, None]}), inputs=None, outputs="text")
    assert evaluate(state(odd), RULES, today=TODAY) != []
