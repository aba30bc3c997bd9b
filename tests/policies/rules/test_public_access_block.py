"""A public access block with a gap is rejected."""

import pytest

from rules.public_access_block import FLAGS, PUBLIC_ACCESS_BLOCK
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import public_access_block


def test_a_complete_block_passes() -> None:
    assert violations(PUBLIC_ACCESS_BLOCK, public_access_block()) == []


@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", [None, False, 0.0, "false"])
def test_a_block_with_a_gap_is_rejected(flag: str, value: object) -> None:
    assert violations(PUBLIC_ACCESS_BLOCK, public_access_block(**{flag: value})) == [
        f"{flag} is not true; nothing stored may be public. Set it to true."
    ]


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_unknown_at_preview_is_rejected(flag: str) -> None:
    (message,) = violations(PUBLIC_ACCESS_BLOCK, public_access_block(**{flag: UNKNOWN}))
    assert message.startswith(f"{flag} is not known yet at preview")
