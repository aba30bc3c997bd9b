from ipaddress import IPv4Network
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from settings import Settings, SettingsError, load_settings
from tests.settings.example import EXAMPLE, with_value, without


def paths(node: object, prefix: str = "") -> list[str]:
    """Return the dotted path of every value in the example."""
    match node:
        case dict():
            items: list[tuple[object, object]] = list(node.items())  # pyright: ignore[reportUnknownArgumentType]
        case list():
            items = list(enumerate(node))  # pyright: ignore[reportUnknownArgumentType]
        case _:
            return []
    found: list[str] = []
    for key, value in items:
        path = f"{prefix}.{key}".removeprefix(".")
        found += [path, *paths(value, path)]
    return found


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates()
)
WORDS = st.sampled_from([path.rpartition(".")[2] for path in paths(EXAMPLE)])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS | st.text() | st.integers(), inner),
    max_leaves=8,
)


def settings_or_faults(raw: object) -> Settings | None:
    """Return what loads, after a look at the sentences of what does not."""
    try:
        return load_settings(raw)
    except SettingsError as error:
        assert error.sentences
        assert all(sentence.endswith(".") and ": " in sentence for sentence in error.sentences)
        str(error).encode()
        return None


@given(VALUES)
def test_anything_at_all_loads_or_is_a_settings_error(raw: object) -> None:
    settings_or_faults(raw)


@given(st.sampled_from(paths(EXAMPLE)), VALUES)
def test_any_value_in_any_place_loads_or_is_a_settings_error(path: str, value: object) -> None:
    settings_or_faults(with_value(path, value))


@given(st.sets(st.sampled_from(sorted(EXAMPLE))))
def test_any_subset_of_keys_names_each_key_it_lacks(kept: set[str]) -> None:
    required = {name for name, field in Settings.model_fields.items() if field.is_required()}
    raw: dict[str, Any] = {key: EXAMPLE[key] for key in kept}
    try:
        load_settings(raw)
        lacking: set[str] = set()
    except SettingsError as error:
        lacking = {sentence.partition(":")[0] for sentence in error.sentences}
    assert lacking == required - kept


@given(st.sampled_from(paths(EXAMPLE)))
def test_any_value_left_out_has_a_default_or_is_a_settings_error(path: str) -> None:
    settings_or_faults(without(path))


@given(st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_a_vpc_is_from_16_to_20_or_is_refused(prefix: int, address: int) -> None:
    network = IPv4Network((address >> (32 - prefix) << (32 - prefix), prefix))
    settings = settings_or_faults(with_value("network.cidr", str(network)))
    assert (settings is not None) == (16 <= prefix <= 20)
