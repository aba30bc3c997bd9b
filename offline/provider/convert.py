"""Conversions between the program's form of a property and the API's."""

import json
from collections.abc import Callable, Mapping
from typing import Any


def pascal(value: Any) -> Any:
    """`{"volumeSize": 8}` → `{"VolumeSize": 8}`, at every depth: how most AWS APIs spell names."""
    return _rename(value, lambda key: key[:1].upper() + key[1:])


def camel(value: Any) -> Any:
    """The way back from `pascal`."""
    return _rename(value, lambda key: key[:1].lower() + key[1:])


def _rename(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return {rename(str(k)): _rename(v, rename) for k, v in value.items()}
    if isinstance(value, list):
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

    Numbers and booleans may be spelled as text, JSON documents formatted in another way, and lists
    given in another order.
    """
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        return value.keys() == other.keys() and all(same(value[k], other[k]) for k in value)
    if isinstance(value, list) and isinstance(other, list):
        return len(value) == len(other) and all(any(same(v, o) for o in other) for v in value)
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

    AWS fills nested objects with its defaults; only the keys that the program set can have drifted.
    """
    if isinstance(observed, Mapping) and isinstance(given, Mapping):
        return {k: like(observed[k], v) for k, v in given.items() if k in observed}
    if isinstance(observed, list) and isinstance(given, list):
        told_all = all(any(same(like(o, g), g) for o in observed) for g in given)
        if len(observed) == len(given):
            return given if told_all else [like(o, g) for o, g in zip(observed, given, strict=True)]
        return observed
    return given if same(observed, given) else observed
