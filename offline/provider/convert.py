"""Conversions between the program's form of a property and the API's."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from offline.provider.values import is_list, is_map

NO_EXCEPTIONS: Mapping[str, str] = {}


def pascal(value: Any, irregular: Mapping[str, str] = NO_EXCEPTIONS) -> Any:
    """`{"volumeSize": 8}` → `{"VolumeSize": 8}`, at every depth: how most AWS APIs spell names.

    `irregular` maps the names that are spelled otherwise, like `id` → `ID`.
    """
    return _rename(value, lambda key: irregular.get(key, key[:1].upper() + key[1:]))


def camel(value: Any, irregular: Mapping[str, str] = NO_EXCEPTIONS) -> Any:
    """The way back from `pascal`."""
    ours = {api: name for name, api in irregular.items()}
    return _rename(value, lambda key: ours.get(key, key[:1].lower() + key[1:]))


def _rename(value: Any, rename: Callable[[str], str]) -> Any:
    if is_map(value):
        return {rename(k): _rename(v, rename) for k, v in value.items()}
    if is_list(value):
        return [_rename(item, rename) for item in value]
    return value


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """A map of tags → the list that most APIs take."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """The list of tags that most APIs give → a map, without AWS's own tags."""
    return {t["Key"]: t.get("Value", "") for t in tags if not t["Key"].startswith("aws:")}


def boolean(value: Any) -> bool:
    """The AWS provider has booleans that are written as strings."""
    return value if isinstance(value, bool) else str(value).lower() == "true"


def json_text(document: Any) -> str:
    """boto3 parses some policy documents; programs hold them as text."""
    return document if isinstance(document, str) else json.dumps(document)


def same(value: Any, other: Any) -> bool:
    """Whether two values mean the same to AWS.

    Numbers and booleans may be spelled as text, and JSON documents formatted in another way.
    """
    if is_map(value) and is_map(other):
        return value.keys() == other.keys() and all(same(value[k], other[k]) for k in value)
    if is_list(value) and is_list(other):
        return len(value) == len(other) and all(map(same, value, other))
    if isinstance(value, Mapping | list) or isinstance(other, Mapping | list):
        return False
    return value == other or _text(value) == _text(other)


def _text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if text[:1] in "{[":
        try:
            return json.dumps(json.loads(text), sort_keys=True)
        except ValueError:
            return text
    return text


def like(observed: Any, given: Any) -> Any:
    """What AWS tells, restricted to what the program gave, in the program's own spelling.

    AWS fills nested objects with its defaults, so only the keys that the program set can have
    drifted; and it gives lists back in an order of its own.
    """
    if is_map(observed) and is_map(given):
        return {k: like(observed[k], v) for k, v in given.items() if k in observed}
    if is_list(observed) and is_list(given):
        return _like_list(list(observed), given)
    return given if same(observed, given) else observed


def _like_list(observed: list[Any], given: list[Any]) -> list[Any]:
    """The program's order, as far as its items are found; then what else AWS has."""
    ordered: list[Any] = []
    for item in given:
        match = next((o for o in observed if same(like(o, item), item)), None)
        if match is not None:
            observed.remove(match)
            ordered.append(item)
    return ordered + observed
