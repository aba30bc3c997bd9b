"""Rendering of request templates, and reading of answers by JMESPath."""

from collections.abc import Mapping
from typing import Any

import jmespath

from offline.provider.table import From, K, P, Read, Scope, When
from offline.provider.values import is_list, is_map


class _Absent:
    """Marks a template branch whose property the program did not set."""


_ABSENT = _Absent()


def render(template: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """Fill a request template from the resource's properties; branches that are unset fall away.

    Raises KeyError when a key that identifies the resource is missing: a fault of the table.
    """
    return {k: v for k, item in template.items() if (v := _render(item, scope)) is not _ABSENT}


def _render(template: Any, scope: Scope) -> Any:  # noqa: PLR0911 (one kind of leaf a line)
    if isinstance(template, K):
        return template.convert(scope[template.name])
    if isinstance(template, P):
        if template.name not in scope:
            return _ABSENT
        return template.convert(scope[template.name])
    if isinstance(template, When):
        return _render(template.template, scope) if template.name in scope else _ABSENT
    if is_map(template):
        rendered = render(template, scope)
        return rendered if rendered or not template else _ABSENT
    if is_list(template):
        items = [v for item in template if (v := _render(item, scope)) is not _ABSENT]
        return items if items or not template else _ABSENT
    return template


def find(path: str, answer: Any) -> Any:
    """What stands at a JMESPath; None when there is nothing."""
    return jmespath.search(path, answer)


def properties_of(read: Read, description: Any) -> dict[str, Any]:
    """The properties that a description tells, in the program's form."""
    told: dict[str, Any] = {}
    for name, source in read.properties.items():
        where = source if isinstance(source, From) else From(source)
        value = find(where.path, description)
        told[name] = None if value is None else where.convert(value)
    return told
