"""Topics that store messages in the clear are rejected."""

import pytest

from rules.topic_encryption import TOPIC_ENCRYPTION
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import topic


@pytest.mark.parametrize("key", [UNKNOWN, "alias/aws/sns"])
def test_a_topic_with_a_key_passes(key: str) -> None:
    assert violations(TOPIC_ENCRYPTION, topic(kmsMasterKeyId=key)) == []


@pytest.mark.parametrize("key", [None, "", 0.0])
def test_a_topic_without_a_key_is_rejected(key: object) -> None:
    assert violations(TOPIC_ENCRYPTION, topic(kmsMasterKeyId=key)) == [
        "kmsMasterKeyId is not set, so messages are stored in the clear; stored data must be "
        "encrypted. Set it to a key of the stack."
    ]
