"""Levels and parameters by stack: the pack's own `configuration.yaml`.

The file becomes the pack's initial configuration, which the engine merges with the file given by
`--policy-pack-config` (that one wins) and checks against the rules' schemas.
"""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import yaml

from evaluation.exemptions import POLICY
from evaluation.faulty_file import FaultyFileError
from evaluation.levels import EnforcementLevel
from evaluation.rule import AnyRule, OnUnknown, ResourceRule
from evaluation.yaml_nodes import node_of, value_of

FILE = Path(__file__).parents[1] / "configuration.yaml"

LEVEL = "enforcementLevel"
ON_UNKNOWN = "onUnknown"
LEVELS = tuple(level.value for level in EnforcementLevel)

ALL = "all"
"""What stands for every rule in the file given by `--policy-pack-config`."""

CLOSING = (POLICY, "exempted", "unknown-values")
"""The policies that come last and report what the others let pass."""


def read(path: Path, rules: Sequence[AnyRule], stack: str) -> dict[str, dict[str, Any]]:
    """What a file sets for a stack, by rule; later patterns win over earlier ones.

    Args:
        path: the file; where there is none, nothing is set.
        rules: the rules that there are.
        stack: the stack's name.

    Raises:
        FaultyFileError: it cannot be read, or names what there is not.
    """
    if not path.exists():
        return {}
    known = {rule.name: rule for rule in rules}
    settings: dict[str, dict[str, Any]] = {}
    for pattern, section in _mapping(path, node_of(path)):
        for name, node in _mapping(path, section):
            rule = known.get(name.value)
            if rule is None:
                raise _fault(
                    path, name, f"there is no rule {name.value}. docs/policies.md lists the rules"
                )
            found = dict(_settings(path, rule, node))
            if fnmatchcase(stack, pattern.value):
                settings.setdefault(rule.name, {}).update(found)
    return settings


def on_unknown(rule: AnyRule, settings: Mapping[str, Any]) -> OnUnknown:
    """What a value that a rule cannot know does, by what is set of the rule."""
    return OnUnknown(settings.get(ON_UNKNOWN, rule.on_unknown))


def fault_of(rules: Mapping[str, AnyRule], name: str, properties: Sequence[str]) -> str | None:
    """What is wrong with the engine's configuration of one rule, or None.

    The engine checks levels and the types of values, but not that there is what they are for.

    Args:
        rules: the rules that there are, by name.
        name: the rule that is configured; `all` stands for each.
        properties: what is set of it beside its level.
    """
    if name in CLOSING:
        return None
    if name == ALL:
        return f"{ALL} sets the level of all rules, and nothing else." if properties else None
    rule = rules.get(name)
    if rule is None:
        return f"There is no rule {name}. docs/policies.md lists the rules."
    unknown = next((key for key in properties if key not in (ON_UNKNOWN, *rule.parameters)), None)
    if unknown is None:
        return None
    allowed = ", ".join((LEVEL, ON_UNKNOWN, *rule.parameters))
    return f"{name} has no {unknown}; it has {allowed}."


def _settings(path: Path, rule: AnyRule, node: yaml.Node) -> Iterator[tuple[str, Any]]:
    if isinstance(node, yaml.ScalarNode):
        yield LEVEL, _level(path, rule, node)
        return
    for key, value_node in _mapping(path, node):
        value = value_of(value_node)
        if key.value == LEVEL:
            yield LEVEL, _level(path, rule, value_node)
        elif key.value == ON_UNKNOWN:
            if value not in tuple(OnUnknown):
                raise _fault(path, key, f"{ON_UNKNOWN} is {value}; it is block or report")
            yield ON_UNKNOWN, value
        elif key.value not in rule.parameters:
            allowed = ", ".join((LEVEL, ON_UNKNOWN, *rule.parameters))
            raise _fault(path, key, f"{rule.name} has no {key.value}; it has {allowed}")
        else:
            parameter = rule.parameters[key.value]
            if not parameter.accepts(value):
                raise _fault(path, key, f"{key.value} is {value}; it is {parameter.allowed}")
            yield key.value, value


def _level(path: Path, rule: AnyRule, node: yaml.Node) -> EnforcementLevel:
    value = value_of(node)
    if value not in LEVELS:
        raise _fault(path, node, f"{value} is no level; the levels are {', '.join(LEVELS)}")
    level = EnforcementLevel(value)
    remediable = isinstance(rule, ResourceRule) and rule.remedy is not None
    if level is EnforcementLevel.REMEDIATE and not remediable:
        raise _fault(path, node, f"{rule.name} has no remedy; it cannot be set to remediate")
    return level


def _mapping(path: Path, node: yaml.Node | None) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if node is None or (isinstance(node, yaml.ScalarNode) and value_of(node) is None):
        return []
    if not isinstance(node, yaml.MappingNode) or not all(
        isinstance(key, yaml.ScalarNode) for key, _ in node.value
    ):
        raise _fault(path, node, "a mapping of names must be here")
    return cast("list[tuple[yaml.ScalarNode, yaml.Node]]", node.value)


def _fault(path: Path, node: yaml.Node, reason: str) -> FaultyFileError:
    return FaultyFileError(f"{path.name}:{node.start_mark.line + 1}: {reason}.")
