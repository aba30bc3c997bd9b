"""Turns what pydantic found into sentences: where, what was given, what is allowed.

What is allowed is read from the JSON schema, so that errors, editors and validation never disagree.
"""

import difflib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from settings.base import FaultError, shown
from settings.model import Settings

Schema = dict[str, Any]
Path = Sequence[str | int]

UNITS = {"gib": "GiB", "days": "days"}
"""Last word of a setting's name → the unit its number is in."""


class SettingsError(Exception):
    """The settings are not usable; the text has one sentence a line, one for each fault."""

    def __init__(self, sentences: Sequence[str], source: str = "") -> None:
        prefix = f"{source}: " if source else ""
        text = "\n".join(prefix + sentence for sentence in sentences)
        # A YAML escape can make text that no terminal can print.
        super().__init__(text.encode(errors="backslashreplace").decode())
        self.sentences = tuple(sentences)


def sentences(error: ValidationError) -> list[str]:
    """Every fault of `error`, in the order of the model."""
    details = error.errors(include_url=False)
    return [sentence for detail in details for sentence in _describe(detail)]


def _describe(detail: ErrorDetails) -> Iterator[str]:
    path = detail["loc"]
    match detail:
        case {"type": "value_error", "ctx": {"error": FaultError() as found}}:
            for fault in found.faults:
                where = _written([*path, *fault.path])
                yield f"{where}: given {fault.given}, allowed is {fault.allowed}."
        case {"type": "missing"}:
            yield f"{_written(path)}: not given, needed is {_allowed(path)}."
        case {"type": "extra_forbidden" | "invalid_key"}:
            yield _unknown_key(path)
        case {"loc": (*parent, key, "[key]")}:  # the key of a mapping is at fault, not its value
            yield f"{_written(parent)}: given the name {shown(key)}, allowed is {_key(parent)}."
        case {"loc": (*_, str(key))} if key.endswith("_secret_arn"):
            # Whoever puts the secret itself there should not find it in a log as well.
            yield f"{_written(path)}: given something else, allowed is {_allowed(path)}."
        case _:
            yield f"{_written(path)}: given {shown(detail['input'])}, allowed is {_allowed(path)}."


def _unknown_key(path: Path) -> str:
    *parent, key = path
    allowed = list(_schema_at(parent)["properties"])
    closest = difflib.get_close_matches(str(key), allowed, n=1)
    hint = f" (the closest is {closest[0]})" if closest else ""
    return f"{_written(parent)}: unknown key {shown(key)}{hint}, allowed are {', '.join(allowed)}."


def _written(path: Path) -> str:
    """Return the path as in `servers.api.path_patterns[0]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "settings"


@cache
def _schema() -> Schema:
    return Settings.model_json_schema()


def _schema_at(path: Path) -> Schema:
    """Return what the JSON schema says about the value at `path`, references resolved."""
    node = _schema()
    for part in path:
        if "items" in node:
            node = node["items"]
        elif part in node.get("properties", {}):
            node = node["properties"][part]
        else:
            (node,) = node["patternProperties"].values()
        if "anyOf" in node:  # a setting that may be left out: the other choice is null
            node = {**node, **node["anyOf"][0]}
        if reference := node.get("$ref"):
            node = _schema()["$defs"][reference.removeprefix("#/$defs/")]
    return node


def _key(path: Path) -> str:
    return _schema_at(path)["patternErrorMessage"]


def _allowed(path: Path) -> str:  # noqa: PLR0911  (a table: one line a kind of schema)
    match _schema_at(path):
        case {"patternProperties": _}:
            return "a mapping of names to groups"
        case {"patternErrorMessage": message}:
            return message
        case {"properties": properties}:
            return f"a mapping with the keys {', '.join(properties)}"
        case {"const": only}:
            return shown(only)
        case {"enum": values}:
            return f"one of {', '.join(values)}"
        case {"examples": [first, *_]}:
            return f"text such as {shown(first)}"
        case {"type": "integer", "minimum": low, "maximum": high}:
            unit = UNITS.get(str(path[-1]).rpartition("_")[2])
            return f"a whole number{f' of {unit}' if unit else ''} from {low} to {high}"
        case {"type": "boolean"}:
            return "true or false"
        case {"type": "array"} as array:
            return f"a list{_length(array)}"
        case _:
            return "text"


def _length(array: Schema) -> str:
    if "maxItems" not in array:
        return ""
    return f" of {array.get('minItems', 0)} to {array['maxItems']} entries"
