"""Properties can be read whatever they hold."""

import math

import pytest

from evaluation.properties import entries, is_given, is_off, known_at, number, value_at
from evaluation.unknown import UNKNOWN, UnknownValueError, guarded


@pytest.mark.parametrize("properties", [None, 1, "a", ["a"], {}, {"a": None}, {"a": "b"}])
def test_a_path_that_leads_nowhere_gives_none(properties: object) -> None:
    assert value_at(properties, "a", "b") is None


def test_reading_an_unknown_value_raises_unless_it_can_be_done_without() -> None:
    properties = guarded({"a": {"b": UNKNOWN}})
    with pytest.raises(UnknownValueError):
        value_at(properties, "a", "b")
    assert known_at(properties, "a", "b") is None
    assert known_at({"a": {"b": 1}}, "a", "b") == 1


@pytest.mark.parametrize(
    ("value", "given"), [(UNKNOWN, True), ("x", True), (None, False), ("", False), (0, False)]
)
def test_an_unknown_value_is_a_given_one(value: object, given: bool) -> None:
    assert is_given(guarded({"a": value}), "a") is given


@pytest.mark.parametrize(
    ("value", "items"), [(None, []), ([1, 2], [1, 2]), ("ab", ["ab"]), ({"a": 1}, [{"a": 1}])]
)
def test_a_lone_value_is_a_list_of_one(value: object, items: list[object]) -> None:
    assert entries(value) == items


@pytest.mark.parametrize("value", [None, True, "4", [4], math.nan, math.inf, 10**400])
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert number(value) is None


@pytest.mark.parametrize(
    ("value", "off"),
    [(None, True), (False, True), ("", True), ("false", True), (True, False), ("true", False)],
)
def test_a_flag_is_off_when_it_plainly_is(value: object, off: bool) -> None:
    assert is_off(value) is off
