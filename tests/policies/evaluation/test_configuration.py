"""Levels and parameters by stack are read with the line of every fault."""

from pathlib import Path

import pytest

from evaluation.configuration import CLOSING, FILE, fault_of, read
from evaluation.faulty_file import FaultyFileError
from evaluation.levels import EnforcementLevel
from rules import RULES

BY_NAME = {rule.name: rule for rule in RULES}


def configured(folder: Path, text: str, stack: str = "prod") -> dict[str, dict[str, object]]:
    path = folder / "configuration.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path, RULES, stack)


def test_the_shipped_file_can_be_read() -> None:
    assert set(read(FILE, RULES, "local")) == {"database-protection", "load-balancer-protection"}


def test_without_a_file_nothing_is_set(tmp_path: Path) -> None:
    assert read(tmp_path / "none.yaml", RULES, "prod") == {}


@pytest.mark.parametrize("text", ["", "# nothing\n", "prod:\n", "prod: {}\n"])
def test_an_empty_file_or_section_sets_nothing(tmp_path: Path, text: str) -> None:
    assert configured(tmp_path, text) == {}


def test_a_level_alone_is_enough(tmp_path: Path) -> None:
    assert configured(tmp_path, "prod:\n  database-logs: advisory\n") == {
        "database-logs": {"enforcementLevel": EnforcementLevel.ADVISORY}
    }


def test_level_handling_of_unknown_values_and_parameters_may_be_set(tmp_path: Path) -> None:
    text = """\
prod:
  database-backups:
    enforcementLevel: disabled
    onUnknown: report
    days: 14
  required-tags: {tags: [Owner], enforcementLevel: remediate}
"""
    assert configured(tmp_path, text) == {
        "database-backups": {
            "enforcementLevel": EnforcementLevel.DISABLED,
            "onUnknown": "report",
            "days": 14,
        },
        "required-tags": {"enforcementLevel": EnforcementLevel.REMEDIATE, "tags": ["Owner"]},
    }


def test_the_least_that_may_be_set_may_be_set(tmp_path: Path) -> None:
    assert configured(tmp_path, "prod:\n  log-retention: {days: 1}\n") == {
        "log-retention": {"days": 1}
    }


def test_a_stack_is_named_by_a_pattern_and_the_last_one_wins(tmp_path: Path) -> None:
    text = """\
"*":
  log-retention: {days: 400, onUnknown: block}
dev-*:
  log-retention: {days: 30}
prod:
  log-retention: {days: 800}
"""
    assert configured(tmp_path, text, "dev-1") == {
        "log-retention": {"days": 30, "onUnknown": "block"}
    }
    assert configured(tmp_path, text, "other") == {
        "log-retention": {"days": 400, "onUnknown": "block"}
    }


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[]\n", ":1: a mapping of names must be here."),
        ("prod: advisory\n", ":1: a mapping of names must be here."),
        ("prod:\n  - a\n", ":2: a mapping of names must be here."),
        ("prod: {[a]: b}\n", ":1: a mapping of names must be here."),
        ("prod:\n  log-retention: [a]\n", ":2: a mapping of names must be here."),
        (
            "prod:\n  log-retntion: advisory\n",
            ":2: there is no rule log-retntion. docs/policies.md lists the rules.",
        ),
        (
            "other:\n  log-retntion: advisory\n",
            ":2: there is no rule log-retntion. docs/policies.md lists the rules.",
        ),
        (
            "prod:\n  log-retention: warn\n",
            ":2: warn is no level; the levels are advisory, mandatory, remediate, disabled.",
        ),
        (
            "prod:\n  log-retention:\n    enforcementLevel: 1\n",
            ":3: 1 is no level; the levels are advisory, mandatory, remediate, disabled.",
        ),
        (
            "prod:\n  log-retention: remediate\n",
            ":2: log-retention has no remedy; it cannot be set to remediate.",
        ),
        (
            "prod:\n  bucket-versioning: remediate\n",
            ":2: bucket-versioning has no remedy; it cannot be set to remediate.",
        ),
        (
            "prod:\n  log-retention:\n    onUnknown: pass\n",
            ":3: onUnknown is pass; it is block or report.",
        ),
        (
            "prod:\n  log-retention:\n    day: 3\n",
            ":3: log-retention has no day; it has enforcementLevel, onUnknown, days.",
        ),
        (
            "prod:\n  log-retention:\n    days: long\n",
            ":3: days is long; it is a number of 1 or more.",
        ),
        (
            "prod:\n  log-retention:\n    days: 0\n",
            ":3: days is 0; it is a number of 1 or more.",
        ),
        (
            "prod:\n  required-tags:\n    tags: Owner\n",
            ":3: tags is Owner; it is a list of names.",
        ),
        (
            "prod:\n  required-tags:\n    tags: [1]\n",
            ":3: tags is [1]; it is a list of names.",
        ),
        ("prod: {}\nprod: {}\n", ":2: prod is there twice."),
        (
            "prod: {\n",
            ":2: the file is no YAML: expected the node content, but found '<stream end>'.",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FaultyFileError) as faulty:
        configured(tmp_path, text)
    assert str(faulty.value) == f"configuration.yaml{fault}"


@pytest.mark.parametrize(
    ("name", "properties", "fault"),
    [
        ("log-retention", ["onUnknown", "days"], None),
        ("all", [], None),
        *((name, [], None) for name in CLOSING),
        ("all", ["days"], "all sets the level of all rules, and nothing else."),
        ("log-retntion", [], "There is no rule log-retntion. docs/policies.md lists the rules."),
        (
            "log-retention",
            ["days", "day"],
            "log-retention has no day; it has enforcementLevel, onUnknown, days.",
        ),
    ],
)
def test_the_engines_configuration_may_name_only_what_there_is(
    name: str, properties: list[str], fault: str | None
) -> None:
    assert fault_of(BY_NAME, name, properties) == fault
