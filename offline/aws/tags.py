"""Tagging of live resources: every AWS service has its own pair of calls for it."""

from collections.abc import Callable, Mapping
from typing import Any

from offline.provider.api import invoke
from offline.provider.convert import tag_list
from offline.provider.table import P, Run, Scope
from offline.provider.template import render


def retag(
    add: str,
    remove: str,
    resource: Mapping[str, Any],
    *,
    tags_as: Callable[[Mapping[str, str]], Any] = tag_list,
    tags_name: str = "Tags",
    keys_as: Callable[[list[str]], Any] = list,
    keys_name: str = "TagKeys",
) -> Run:
    """The step that makes a resource's tags those that the program gives.

    `resource` is the request template that names the resource in both calls.
    """

    def step(client: Any, new: Scope, old: Scope) -> dict[str, Any]:
        wanted, present = new.get("tags", {}), old.get("tags", {})
        target = render(resource, new)
        if wanted:
            invoke(client, add, {**target, tags_name: tags_as(wanted)})
        if stale := sorted(present.keys() - wanted.keys()):
            invoke(client, remove, {**target, keys_name: keys_as(stale)})
        return {}

    return Run(step, uses=(P("tags", default={}),))
