"""Exemptions are read with the line of every fault, and hold for what they name until their day."""

from datetime import date
from pathlib import Path

import pytest

from evaluation import exemptions
from evaluation.exemptions import Exemption, faults, find, read
from evaluation.faulty_file import FaultyFileError
from evaluation.judgement import Finding
from rules import RULES

NAMES = {rule.name for rule in RULES}
ENTRY = """\
exemptions:
  - rule: database-upgrades
    resource: urn:pulumi:prod::messaging-app::*::database-primary
    owner: platform
    reason: Versions change through the settings.
    expires: 2030-06-30
"""
URN = "urn:pulumi:prod::messaging-app::aws:rds/instance:Instance::database-primary"
FINDING = Finding(rule="database-upgrades", urn=URN, message="It is off.")
TODAY = date(2030, 6, 30)


def written(folder: Path, text: str) -> Path:
    path = folder / "exemptions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def entry(tmp_path: Path) -> Exemption:
    (found,) = read(NAMES, written(tmp_path, ENTRY))
    return found


def test_an_entry_is_read_with_its_line(entry: Exemption) -> None:
    assert entry == Exemption(
        resource="urn:pulumi:prod::messaging-app::*::database-primary",
        rule="database-upgrades",
        owner="platform",
        reason="Versions change through the settings.",
        expires=date(2030, 6, 30),
        line=2,
        file="exemptions.yaml",
    )
    assert entry.place == "exemptions.yaml:2"


def test_the_shipped_file_can_be_read() -> None:
    assert read(NAMES) != ()


def test_without_a_file_nothing_is_exempt(tmp_path: Path) -> None:
    assert read(NAMES, tmp_path / "exemptions.yaml") == ()


@pytest.mark.parametrize("text", ["exemptions: []\n"])
def test_an_empty_list_exempts_nothing(tmp_path: Path, text: str) -> None:
    assert list(read(NAMES, written(tmp_path, text))) == []


def changed(line: str, to: str) -> str:
    assert line in ENTRY
    return ENTRY.replace(line, to)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", ":1: exemptions: Field required."),
        ("[]\n", ":1: the file: a mapping must be here."),
        ("exemptions: [a]\n", ":1: exemptions.0: a mapping must be here."),
        ("exemptions: 1\n", ":1: exemptions: Input should be a valid list."),
        (
            "exemptions: [\n",
            ":2: the file is no YAML: expected the node content, but found '<stream end>'.",
        ),
        (
            changed("database-upgrades", "database-upgrade"),
            ":2: there is no rule database-upgrade. docs/policies.md lists the rules.",
        ),
        (
            changed("    owner: platform\n", ""),
            ":2: exemptions.0.owner: Field required.",
        ),
        (
            changed("    owner: platform\n", "    owner: platform\n    team: a\n"),
            ":5: exemptions.0.team: Extra inputs are not permitted.",
        ),
        (
            changed("    owner: platform\n", "    owner: platform\n    owner: a\n"),
            ":5: owner is there twice.",
        ),
        (
            changed("platform", '" "'),
            ":4: exemptions.0.owner: String should have at least 1 character.",
        ),
        (
            changed("2030-06-30", "soon"),
            ":6: exemptions.0.expires: Input should be a valid date or datetime, "
            "input is too short.",
        ),
        *(
            (
                changed("2030-06-30", impossible),
                f":6: {text} cannot be read as the date, number or other type that it looks like.",
            )
            for impossible, text in (("2030-13-45", "2030-13-45"), ("!date tomorrow", "tomorrow"))
        ),
        ("exemptions: &all [*all]\n", ":1: exemptions.0: a mapping must be here."),
        (
            changed("urn:pulumi:prod::messaging-app::*::database-primary", "database-primary"),
            ":3: exemptions.0.resource: is no pattern of a URN. Write one such as "
            "urn:pulumi:prod::messaging-app::*::database-primary.",
        ),
        (
            changed("*::database-primary", "*::*"),
            ":3: exemptions.0.resource: would exempt every resource of the stack, or nearly. Name "
            "a type or a name, with at least 3 letters or digits in a row, as in "
            "urn:pulumi:prod::messaging-app::*::database-primary.",
        ),
        (
            changed("::messaging-app::", "::messaging-*::"),
            ":3: exemptions.0.resource: leaves the project open. Name it, as in "
            "urn:pulumi:prod::messaging-app::*::database-primary.",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FaultyFileError) as faulty:
        read(NAMES, written(tmp_path, text))
    assert str(faulty.value) == f"exemptions.yaml{fault}"


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "exemptions.yaml").mkdir()
    with pytest.raises(FaultyFileError, match=r"^exemptions.yaml: the file cannot be read: "):
        read(NAMES, tmp_path / "exemptions.yaml")


@pytest.mark.parametrize(
    "named",
    [
        "?*::*",
        "**::*?",
        "*:*::*",
        "[a-z]*::*",
        "*::?*-*",
        "*::[!abc]*",
        "*::ab-12*",
        "aws:*::*",
        "messaging-app:aws:Platform$*::*",
        "*$aws:*/*:*::*",
    ],
)
def test_everything_has_several_patterns(named: str) -> None:
    fault = exemptions.pattern_fault(f"urn:pulumi:a::b::{named}")
    assert fault is not None
    assert fault.startswith("would exempt every resource")


@pytest.mark.parametrize("project", ["*", "?", "[a-z]", "messaging-*"])
def test_the_project_is_named(project: str) -> None:
    fault = exemptions.pattern_fault(f"urn:pulumi:a::{project}::*::database-primary")
    assert fault is not None
    assert fault.startswith("leaves the project open.")


@pytest.mark.parametrize(
    "pattern",
    [
        "urn:pulumi:*::b::aws:sns/*::*",
        "urn:pulumi:*::b::*$aws:s3/bucket:Bucket::*",
        "urn:pulumi:dev-*::b::*::media",
        "urn:pulumi:a::b::*::*-db1",
        "urn:pulumi:a::b::*::[ab]log",
    ],
)
def test_a_type_or_a_name_is_narrow_enough(pattern: str) -> None:
    assert exemptions.pattern_fault(pattern) is None


def test_it_covers_the_rule_and_the_resource_that_it_names(entry: Exemption) -> None:
    assert entry.covers(FINDING)
    assert not entry.covers(Finding(rule="database-logs", urn=URN, message=""))
    other = URN.replace("primary", "replica")
    assert not entry.covers(Finding(rule="database-upgrades", urn=other, message=""))


def test_it_holds_through_its_last_day(entry: Exemption) -> None:
    assert find([entry], FINDING, TODAY) == entry
    assert find([entry], FINDING, date(2030, 7, 1)) is None


def test_one_that_is_used_and_in_date_has_no_fault(entry: Exemption) -> None:
    assert list(faults([entry], [entry], URN, TODAY)) == []


def test_one_that_has_expired_is_a_fault_used_or_not(entry: Exemption) -> None:
    for used in ([], [entry]):
        assert list(faults([entry], used, URN, date(2030, 7, 1))) == [
            "exemptions.yaml:2: the exemption of "
            "urn:pulumi:prod::messaging-app::*::database-primary from database-upgrades expired on "
            "2030-06-30. Make the resource comply and remove the entry, or have platform give it a "
            "new date."
        ]


def test_one_that_exempts_nothing_is_a_fault(entry: Exemption) -> None:
    assert list(faults([entry], [], URN, TODAY)) == [
        "exemptions.yaml:2: the exemption of urn:pulumi:prod::messaging-app::*::database-primary "
        "from database-upgrades exempts nothing: no resource of this stack that it matches breaks "
        "the rule. Remove the entry, or correct its resource or rule."
    ]


def test_any_resource_tells_which_stack_it_is(tmp_path: Path) -> None:
    text = changed("*::database-primary", "aws:rds/*::database-primary")
    (found,) = read(NAMES, written(tmp_path, text))
    assert found.is_for("urn:pulumi:prod::messaging-app::pulumi:pulumi:Stack::messaging-app-prod")


@pytest.mark.parametrize(
    "urn", ["urn:pulumi:dr::messaging-app::a::b", "urn:pulumi:prod::other::a::b"]
)
def test_one_of_another_stack_or_project_is_none_of_this_stacks(entry: Exemption, urn: str) -> None:
    assert list(faults([entry], [], urn, date(2031, 1, 1))) == []
