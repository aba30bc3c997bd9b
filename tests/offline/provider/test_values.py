"""Values survive the wire, with what is unknown and what is secret."""

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from offline.provider.values import (
    ARCHIVE_SIGNATURE,
    ASSET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_WIRE,
    UnsupportedValueError,
    contains_unknown,
    decode,
    encode,
)

NAMES = st.text(min_size=1, max_size=10).filter(lambda name: name != SIGNATURE_KEY)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer()),
    st.text(max_size=20).filter(lambda text: text != UNKNOWN_WIRE),
    st.just(UNKNOWN),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(NAMES, VALUES, max_size=6)


@given(PROPERTIES, st.data())
def test_values_and_secrets_come_back_as_they_were_sent(
    values: dict[str, Any], data: st.DataObject
) -> None:
    names = sorted(values)
    secrets = frozenset(data.draw(st.lists(st.sampled_from(names))) if names else [])

    decoded = decode(encode(values, secrets))

    assert decoded.values == values
    assert decoded.secrets == secrets


@given(VALUES)
def test_an_unknown_is_found_at_any_depth(value: Any) -> None:
    assert contains_unknown({"deep": [{"er": [value, UNKNOWN]}]})


def test_known_values_contain_no_unknown() -> None:
    assert not contains_unknown({"a": [1, {"b": "c"}]})


def test_a_secret_inside_a_value_makes_the_whole_property_secret() -> None:
    inner = encode({"password": "x"}, frozenset({"password"}))
    struct = Struct()
    struct.fields["login"].struct_value.CopyFrom(inner)

    decoded = decode(struct)

    assert decoded.values == {"login": {"password": "x"}}
    assert decoded.secrets == {"login"}


def test_an_archive_comes_back_as_it_was_sent() -> None:
    asset = {SIGNATURE_KEY: ASSET_SIGNATURE, "hash": "abc", "text": "print()"}
    archive = {SIGNATURE_KEY: ARCHIVE_SIGNATURE, "hash": "def", "assets": {"main.py": asset}}

    assert decode(encode({"code": archive})).values == {"code": archive}


def test_a_resource_reference_is_refused() -> None:
    struct = Struct()
    struct.fields["file"].CopyFrom(encode({"x": {SIGNATURE_KEY: "a-reference"}}).fields["x"])

    with pytest.raises(UnsupportedValueError, match="a-reference"):
        decode(struct)
