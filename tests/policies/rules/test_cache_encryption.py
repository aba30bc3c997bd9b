"""Cache nodes that do not encrypt are rejected."""

import pytest

from rules.cache_encryption import CACHE_ENCRYPTION, FLAGS
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import cache_nodes


def test_encrypted_nodes_pass() -> None:
    assert violations(CACHE_ENCRYPTION, cache_nodes()) == []


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", [None, False, "false", 0.0])
def test_nodes_without_encryption_are_rejected(flag: str, value: object) -> None:
    assert violations(CACHE_ENCRYPTION, cache_nodes(**{flag: value})) == [
        f"{flag} is not true; cached data must be encrypted. Set it to true."
    ]


def test_nodes_that_require_encryption_of_their_clients_pass() -> None:
    assert violations(CACHE_ENCRYPTION, cache_nodes(transitEncryptionMode="required")) == []


def test_nodes_that_only_prefer_encryption_are_rejected() -> None:
    assert violations(CACHE_ENCRYPTION, cache_nodes(transitEncryptionMode="preferred")) == [
        "transitEncryptionMode is preferred, so that clients may do without; cached data must be "
        "encrypted. Set it to required."
    ]


def test_a_flag_unknown_at_preview_is_rejected() -> None:
    (message,) = violations(CACHE_ENCRYPTION, cache_nodes(atRestEncryptionEnabled=UNKNOWN))
    assert message.startswith("atRestEncryptionEnabled is not known yet at preview")
