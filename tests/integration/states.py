"""States of the engine, made comparable: what a program asked for, without the names AWS chose."""

import base64
import json
from pathlib import Path
from typing import Any, cast

State = dict[str, Any]

SECRET = "4dabf18193072939515e22adb298388d"  # how the engine marks a secret in its state
SHORTEST_TOKEN = 6
"""Characters below which a text is too common to tell which resource it came from."""


def resources(checkpoint: Path) -> State:
    """URN → inputs and parents of every resource in a state file.

    What AWS made up (identifiers, addresses, random suffixes) is replaced by the resource and the
    property that it came from, so that two accounts which were built alike compare as equal.
    """
    found: list[State] = json.loads(checkpoint.read_text())["checkpoint"]["latest"]["resources"]
    tokens = _tokens(found)
    return {
        each["urn"]: {
            "inputs": _without_tokens(each.get("inputs", {}), tokens),
            "parent": each.get("parent"),
            "protect": each.get("protect", False),
            "delete": each.get("delete", False),
        }
        for each in found
    }


def _tokens(found: list[State]) -> list[tuple[str, str]]:
    """Values that AWS chose and their replacements, the longest first."""
    tokens: dict[str, str] = {}
    for each in found:
        told = {"id": each.get("id", ""), **each.get("outputs", {})}
        given = each.get("inputs", {})
        for key, value in told.items():
            auto_named = key in given.get("__defaults", [])
            is_text = isinstance(value, str) and len(value) >= SHORTEST_TOKEN
            if is_text and (auto_named or given.get(key) != value):
                tokens.setdefault(value, f"<{each['urn']} {key}>")
    return sorted(tokens.items(), key=lambda token: -len(token[0]))


def _without_tokens(value: Any, tokens: list[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        if SECRET in value:
            return "<secret>"  # encrypted with a key of the stack's own
        fields = cast("dict[str, Any]", value)
        return {key: _without_tokens(_decoded(key, item), tokens) for key, item in fields.items()}
    if isinstance(value, list):
        return [_without_tokens(item, tokens) for item in cast("list[Any]", value)]
    if isinstance(value, str):
        for token, replacement in tokens:
            value = value.replace(token, replacement)
    return value


def _decoded(key: str, value: Any) -> Any:
    """User data as text, in which names can be found."""
    return base64.b64decode(value).decode() if key == "userData" else value
