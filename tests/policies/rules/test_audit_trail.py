"""Audit trails with gaps are rejected."""

import pytest

from rules.audit_trail import AUDIT_TRAIL
from tests.policies.evaluate import violations
from tests.policies.factories import trail


@pytest.mark.parametrize("logging", [None, True])
def test_a_whole_trail_passes(logging: object) -> None:
    assert violations(AUDIT_TRAIL, trail(enableLogging=logging)) == []


@pytest.mark.parametrize("flag", [None, False, 0.0])
@pytest.mark.parametrize(
    ("key", "harm"),
    [
        ("isMultiRegionTrail", "what happens in other regions is not recorded"),
        ("enableLogFileValidation", "nobody can tell whether the record was changed"),
    ],
)
def test_a_gap_is_rejected(key: str, harm: str, flag: object) -> None:
    assert violations(AUDIT_TRAIL, trail(**{key: flag})) == [
        f"{key} is not true, so {harm}. Set it to true."
    ]


def test_a_trail_without_a_key_is_rejected() -> None:
    assert violations(AUDIT_TRAIL, trail(kmsKeyId=None)) == [
        "kmsKeyId is not set, so whoever reads the bucket reads the record. Set it to a key of the "
        "stack."
    ]


def test_a_trail_that_is_off_is_rejected() -> None:
    assert violations(AUDIT_TRAIL, trail(enableLogging=False)) == [
        "enableLogging is off, so nothing is recorded. Set it to true."
    ]


def advanced(*fields: object) -> dict[str, object]:
    return {"name": "events", "fieldSelectors": list(fields)}


MANAGEMENT = {"field": "eventCategory", "equals": ["Management"]}
OBJECTS = advanced(
    {"field": "eventCategory", "equals": ["Data"]},
    {"field": "resources.type", "equals": ["AWS::S3::Object"]},
)


def gap(key: str) -> list[str]:
    return [
        f"{key} has no selector of all management events, so changes to the account go unrecorded. "
        "Add one, or remove them."
    ]


@pytest.mark.parametrize(
    "selectors",
    [
        [],
        [{"dataResources": []}],
        [{"includeManagementEvents": True, "readWriteType": "All"}],
        [{"includeManagementEvents": False}, {"includeManagementEvents": True}],
    ],
)
def test_selectors_of_all_management_events_pass(selectors: object) -> None:
    assert violations(AUDIT_TRAIL, trail(eventSelectors=selectors)) == []


@pytest.mark.parametrize(
    "selector",
    [
        {"includeManagementEvents": False},
        {"includeManagementEvents": False, "readWriteType": "All"},
        {"readWriteType": "WriteOnly"},
        {"includeManagementEvents": True, "readWriteType": "ReadOnly"},
    ],
)
def test_selectors_that_leave_management_events_out_are_rejected(selector: object) -> None:
    assert violations(AUDIT_TRAIL, trail(eventSelectors=[selector])) == gap("eventSelectors")


def test_advanced_selectors_of_all_management_events_pass() -> None:
    selectors = [advanced(MANAGEMENT), OBJECTS]
    assert violations(AUDIT_TRAIL, trail(advancedEventSelectors=selectors)) == []


@pytest.mark.parametrize(
    "selector",
    [
        OBJECTS,
        advanced(),
        advanced(MANAGEMENT, {"field": "readOnly", "equals": ["true"]}),
        advanced({"field": "eventCategory", "equals": ["Data"]}),
        advanced({"field": "eventSource", "equals": ["Management"]}),
    ],
)
def test_advanced_selectors_that_leave_management_events_out_are_rejected(
    selector: object,
) -> None:
    assert violations(AUDIT_TRAIL, trail(advancedEventSelectors=[selector])) == gap(
        "advancedEventSelectors"
    )
