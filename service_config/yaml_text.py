"""YAML that people can read: order kept, multi-line text as blocks."""

from typing import Any

import yaml

WIDTH = 1_000_000
"""Characters a line: never folded, as half an expression is hard to search for."""


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as a block, where PyYAML would escape the line breaks."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  (the base class's name)
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    if "\n" in text:
        return yaml.ScalarNode("tag:yaml.org,2002:str", text, style="|")
    return dumper.represent_str(text)


_Dumper.add_representer(str, _text)


def yaml_text(content: dict[str, Any]) -> str:
    """Return `content` as YAML in the order of its keys."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
