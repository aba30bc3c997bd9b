"""States of the engine, made comparable: what a program asked for, without the names AWS chose."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

State = dict[str, Any]

SECRET = "4dabf18193072939515e22adb298388d"  # how the engine marks a secret in its state
SHORTEST_TOKEN = 6
"""Characters below which a text is too common to tell which resource it came from."""


MADE_UP = (
    # When the database began, in the name of its last snapshot.
    (re.compile(r"-final-\d{14}"), "-final-<time>"),
    # A volume as its server sees it: the identifier without its hyphen.
    (re.compile(r"vol[0-9a-f]{17}\b"), "<volume>"),
    # Digests of files in which identifiers stand.
    (re.compile(r"\b[0-9a-f]{64}\b"), "<digest>"),
)
"""What depends on an account or on the time, and is no output of any resource."""

MOVING_LABEL = "AWSCURRENT"
"""A label of secrets that AWS moves; only a refresh writes it into the state."""


def resources(checkpoint: Path, other: Path) -> State:
    """URN → inputs and parents of every resource in a state file.

    What AWS made up (identifiers, addresses, random suffixes) is replaced by the resource and the
    property that it came from, so that two accounts which were built alike compare as equal. What
    stands in the `other` state too was not made up.
    """
    found = _found(checkpoint)
    common = {value for _, value in _told(_found(other))}
    tokens = _tokens(found, common)
    return {
        each["urn"]: {
            "inputs": _without_tokens(each.get("inputs", {}), tokens),
            "parent": each.get("parent"),
            "protect": each.get("protect", False),
            "delete": each.get("delete", False),
        }
        for each in found
    }


def _found(checkpoint: Path) -> list[State]:
    """The resources, in an order that does not depend on which was made first."""
    listed: list[State] = json.loads(checkpoint.read_text())["checkpoint"]["latest"]["resources"]
    return sorted(listed, key=lambda each: each["urn"])


def _told(found: list[State]) -> Iterator[tuple[str, str]]:
    """Where a text comes from that no input gave, and the text."""
    for each in found:
        given = each.get("inputs", {})
        for key, value in {"id": each.get("id", ""), **each.get("outputs", {})}.items():
            auto_named = key in given.get("__defaults", [])
            is_text = isinstance(value, str) and len(value) >= SHORTEST_TOKEN
            if is_text and (auto_named or given.get(key) != value):
                yield f"<{each['urn']} {key}>", value


def _tokens(found: list[State], common: set[str]) -> list[tuple[str, str]]:
    """Values that AWS chose and their replacements, the longest first."""
    tokens: dict[str, str] = {}
    for place, value in _told(found):
        if value not in common:
            tokens.setdefault(value, place)
    return sorted(tokens.items(), key=lambda token: -len(token[0]))


def _without_tokens(value: Any, tokens: list[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        if SECRET in value:
            return "<secret>"  # encrypted with a key of the stack's own
        fields = cast("dict[str, Any]", value)
        return {key: _without_tokens(_decoded(key, item), tokens) for key, item in fields.items()}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_without_tokens(item, tokens) for item in items if item != MOVING_LABEL]
    if isinstance(value, str):
        for token, replacement in tokens:
            value = value.replace(token, replacement)
        for made_up, replacement in MADE_UP:
            value = made_up.sub(replacement, value)
    return value


def _decoded(key: str, value: Any) -> Any:
    """User data as text, in which names can be found."""
    return base64.b64decode(value).decode() if key == "userData" else value
