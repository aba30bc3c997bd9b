"""The `random` stand-in: passwords as they were asked for, or a refusal."""

import string
from typing import Any

import pytest

from offline.provider.api import ApiError
from offline.random_package import make_password


def test_a_password_has_the_length_and_the_characters_that_are_asked_for() -> None:
    asked = {"length": 12, "special": False, "minNumeric": 5, "minUpper": 5}

    made = make_password(None, asked, {})["result"]

    assert len(made) == 12
    assert sum(each in string.digits for each in made) >= 5
    assert sum(each in string.ascii_uppercase for each in made) >= 5
    assert set(made) <= set(string.ascii_letters + string.digits)


@pytest.mark.parametrize(
    "asked",
    [
        {"length": 3, "minLower": 2, "minUpper": 2},
        {"length": 8, "lower": False, "upper": False, "numeric": False, "special": False},
    ],
)
def test_a_password_that_cannot_be_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as caught:
        make_password(None, asked, {})
    assert str(caught.value) == (
        f"make password: InvalidLength: no password of length {asked['length']} has the kinds of "
        "characters that are asked for"
    )
