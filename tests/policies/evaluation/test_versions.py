"""Versions are compared by as many parts as are asked for."""

import pytest

from evaluation.versions import is_older


@pytest.mark.parametrize(
    ("found", "than", "older"),
    [
        ((14,), (14, 1), True),
        ((14,), (14, 0), False),
        ((14, 1), (14, 1), False),
        ((14, 0, 9), (14, 1), True),
        ((15,), (14, 1), False),
        ((13, 9), (14,), True),
    ],
)
def test_parts_that_are_not_given_count_as_zero(
    found: tuple[int, ...], than: tuple[int, ...], older: bool
) -> None:
    assert is_older(found, than) is older
