"""What is not known can be looked around, and says where it is when it is read."""

import pytest

from evaluation.unknown import UNKNOWN, UnknownValueError, guarded

PROPERTIES = guarded({"known": 1, "list": [2, UNKNOWN], "inner": {"secret": UNKNOWN}})


def test_what_is_known_is_read_as_it_is() -> None:
    assert PROPERTIES["known"] == 1
    assert PROPERTIES["list"][0] == 2
    assert list(PROPERTIES) == ["known", "list", "inner"]
    assert (len(PROPERTIES), len(PROPERTIES["list"])) == (3, 2)
    assert guarded("text") == "text"


@pytest.mark.parametrize(("outer", "key"), [("list", 1), ("inner", "secret")])
def test_reading_what_is_not_known_tells_the_path_to_it(outer: str, key: int | str) -> None:
    with pytest.raises(UnknownValueError, match=rf"^{outer}\.{key}$") as unknown:
        PROPERTIES[outer][key]
    assert list(unknown.value.path) == [outer, str(key)]


def test_a_part_of_a_list_is_guarded_as_well() -> None:
    assert list(PROPERTIES["list"][:1]) == [2]
    with pytest.raises(UnknownValueError):
        list(PROPERTIES["list"][1:])
