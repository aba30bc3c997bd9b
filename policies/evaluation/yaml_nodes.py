"""YAML with the line of each value, so that a fault can be pointed at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation.faulty_file import FaultyFileError


def node_of(path: Path) -> yaml.Node | None:
    """The tree of a file, or None when the file says nothing.

    Raises:
        FaultyFileError: it cannot be read, is no YAML, or has a key twice or an impossible value.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as unreadable:
        message = f"{path.name}: the file cannot be read: {unreadable}."
        raise FaultyFileError(message) from None
    except yaml.YAMLError as invalid:
        mark: yaml.Mark | None = getattr(invalid, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = getattr(invalid, "problem", None) or "it cannot be parsed"
        message = f"{path.name}:{line}: the file is no YAML: {problem}."
        raise FaultyFileError(message) from None
    _check(path, node, set())
    return node


def value_of(node: yaml.Node | None) -> Any:
    """What a tree stands for."""
    if node is None:
        return {}
    # The library's types leave open what a node is made into.
    return yaml.SafeLoader("").construct_document(node)  # pyright: ignore[reportUnknownMemberType]


def line_of(node: yaml.Node | None, location: Sequence[str | int]) -> int:
    """The line of a value, or of the nearest thing around it that there is."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
            if found is None:
                return line
            key, node = found
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            item: yaml.Node = node.value[part]
            line, node = item.start_mark.line + 1, item
        else:
            return line
    return line


def _check(path: Path, node: yaml.Node | None, seen: set[yaml.Node]) -> None:
    """Refuse what YAML forbids and the library takes, and values that it cannot make."""
    # An anchor can lead back to what is around it.
    if node is None or node in seen:
        return
    seen.add(node)
    if isinstance(node, yaml.MappingNode):
        _refuse_repeated_keys(path, node)
        for pair in node.value:
            for each in pair:
                _check(path, each, seen)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            _check(path, each, seen)
    else:
        try:
            value_of(node)
        except (ValueError, yaml.YAMLError):
            message = (
                f"{path.name}:{node.start_mark.line + 1}: {node.value} cannot be read as the date, "
                "number or other type that it looks like."
            )
            raise FaultyFileError(message) from None


def _refuse_repeated_keys(path: Path, node: yaml.MappingNode) -> None:
    # The library would let the last one win.
    seen: set[str] = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            message = f"{path.name}:{key.start_mark.line + 1}: {key.value} is there twice."
            raise FaultyFileError(message)
        seen.add(str(key.value))
