"""Reading a resource's properties whatever they hold: absent, null, of the wrong type, unknown.

Nothing here raises, except for a value that is not known yet at preview: there it is
`UnknownValueError`, which `evaluation.judgement` turns into a finding.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast

from evaluation.unknown import UnknownValueError


def value_at(properties: object, *path: str) -> object:
    """The value at a path of keys, or None where there is none."""
    value = properties
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, object]", value).get(key)
    return value


def known_at(properties: object, *path: str) -> object:
    """As `value_at`, but None for a value not known yet: for what a rule can do without."""
    try:
        return value_at(properties, *path)
    except UnknownValueError:
        return None


def is_given(properties: object, key: str) -> bool:
    """Whether a property is set at all, be its value known yet or not."""
    try:
        return bool(value_at(properties, key))
    except UnknownValueError:
        return True


def entries(value: object) -> list[object]:
    """The items of a list. A lone value counts as its only item, None as no item."""
    if value is None:
        return []
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(cast("Sequence[object]", value))
    return [value]


def mapping(value: object) -> Mapping[str, object]:
    """A mapping as it is, and an empty one for anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def number(value: object) -> float | None:
    """A finite number, or None for anything else."""
    # A bool is an int to Python, but no size.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        converted = float(value)
    except OverflowError:
        return None
    return converted if math.isfinite(converted) else None


def is_true(value: object) -> bool:
    """Whether a flag is set. Launch templates carry their flags as the texts "true" and "false"."""
    return value is True or value == "true"


def is_off(value: object) -> bool:
    """Whether a flag that defaults to false is plainly not set."""
    return value is None or value is False or value in ("", "false")
