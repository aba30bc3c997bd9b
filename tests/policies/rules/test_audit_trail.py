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
