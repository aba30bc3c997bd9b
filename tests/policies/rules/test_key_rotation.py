"""Keys that are not rotated are rejected, and can be remedied."""

import pytest

from rules.key_rotation import KEY_ROTATION
from tests.policies.evaluate import UNKNOWN, remedied, violations
from tests.policies.factories import key


@pytest.mark.parametrize("kind", [None, "", "SYMMETRIC_DEFAULT"])
def test_a_key_that_is_not_rotated_is_rejected(kind: object) -> None:
    assert violations(KEY_ROTATION, key(customerMasterKeySpec=kind)) == []
    for flag in (False, None, 0.0, "yes"):
        fixed = key(customerMasterKeySpec=kind, enableKeyRotation=flag)
        assert violations(KEY_ROTATION, fixed) == [
            "enableKeyRotation is not true; keys are renewed every year. Set it to true."
        ]


def test_aws_rotates_no_asymmetric_keys() -> None:
    asymmetric = key(customerMasterKeySpec="RSA_4096", enableKeyRotation=False)
    assert violations(KEY_ROTATION, asymmetric) == []


def test_the_remedy_rotates_and_leaves_alone_what_complies() -> None:
    loose = key(enableKeyRotation=False)
    assert remedied(KEY_ROTATION, loose) == {**loose.properties, "enableKeyRotation": True}
    assert remedied(KEY_ROTATION, key()) is None


def test_the_remedy_leaves_asymmetric_keys_alone() -> None:
    asymmetric = key(customerMasterKeySpec="RSA_4096", enableKeyRotation=None)
    assert remedied(KEY_ROTATION, asymmetric) is None


def test_the_remedy_leaves_a_value_that_is_not_known_yet() -> None:
    assert remedied(KEY_ROTATION, key(enableKeyRotation=UNKNOWN)) is None
