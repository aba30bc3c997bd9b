"""A public access block with a gap is rejected."""

from collections.abc import Callable

import pytest

from rules.public_access_block import FLAGS, PUBLIC_ACCESS_BLOCK
from tests.policies.evaluate import UNKNOWN, Resource, remedied, violations
from tests.policies.factories import account_public_access_block, public_access_block

of_a_bucket_or_the_account = pytest.mark.parametrize(
    "block", [public_access_block, account_public_access_block]
)


@of_a_bucket_or_the_account
def test_a_complete_block_passes(block: Callable[..., Resource]) -> None:
    assert violations(PUBLIC_ACCESS_BLOCK, block()) == []


@of_a_bucket_or_the_account
@pytest.mark.parametrize("flag", FLAGS)
@pytest.mark.parametrize("value", [None, False, 0.0, "false"])
def test_a_block_with_a_gap_is_rejected(
    block: Callable[..., Resource], flag: str, value: object
) -> None:
    assert violations(PUBLIC_ACCESS_BLOCK, block(**{flag: value})) == [
        f"{flag} is not true; nothing stored may be public. Set it to true."
    ]


@pytest.mark.parametrize("flag", FLAGS)
def test_a_flag_unknown_at_preview_is_rejected(flag: str) -> None:
    (message,) = violations(PUBLIC_ACCESS_BLOCK, public_access_block(**{flag: UNKNOWN}))
    assert message.startswith(f"{flag} is not known yet at preview")


def test_the_remedy_blocks_everything_and_leaves_alone_what_complies() -> None:
    loose = public_access_block(blockPublicAcls=False, restrictPublicBuckets=None)
    assert remedied(PUBLIC_ACCESS_BLOCK, loose) == public_access_block().properties
    assert remedied(PUBLIC_ACCESS_BLOCK, public_access_block()) is None
