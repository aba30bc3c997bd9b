"""What a provider does with any resource: check, diff, create, read, update, delete."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from string import Template
from typing import Any

from offline.provider.api import ApiError, invoke, run
from offline.provider.convert import like, same
from offline.provider.table import Read, Resource, Run, Step, mentions
from offline.provider.template import find, properties_of, render
from offline.provider.values import UNKNOWN, contains_unknown

Properties = Mapping[str, Any]

DEFAULTS = "__defaults"
"""Names of the inputs that `check` filled in, remembered in the state as official plugins do."""

REGION = "region"
"""Every AWS resource accepts the region it lives in; it overrides the provider's."""

AUTO_NAME_DIGITS = 7

WHOLE_MAPS = ("tags",)
"""Maps whose every key belongs to the program, so that an added key is a change as well."""


class InitFailedError(Exception):
    """The resource exists, but a step that configures it failed."""

    def __init__(self, identifier: str, state: Properties, reason: str) -> None:
        super().__init__(reason)
        self.identifier = identifier
        self.state = state


@dataclass(frozen=True)
class Failure:
    """An input that is refused, and why."""

    property: str
    reason: str


@dataclass(frozen=True)
class Difference:
    """How new inputs differ from the old ones, by top-level property."""

    added: frozenset[str]
    changed: frozenset[str]
    removed: frozenset[str]
    replaces: frozenset[str]
    delete_before_replace: bool

    @property
    def names(self) -> frozenset[str]:
        """Every property that differs."""
        return self.added | self.changed | self.removed


def check(
    resource: Resource, logical_name: str, olds: Properties, news: Properties, seed: bytes
) -> tuple[dict[str, Any], list[Failure]]:
    """Refuse what no table maps, and name what the program left unnamed."""
    known = resource.inputs | {REGION}
    failures = [
        Failure(
            name,
            f"the offline stand-in for {resource.token} does not map the property {name!r}; "
            f"it maps {', '.join(sorted(known))}. "
            "Map it in offline/aws/, or use the official plugin",
        )
        for name in sorted(news.keys() - known)
        if not name.startswith("__")
    ]
    inputs = dict(news)
    auto = resource.auto_name
    if auto and inputs.keys().isdisjoint((auto.property, auto.prefix)):
        was_auto_named = auto.property in olds.get(DEFAULTS, [])
        name = _auto_name(logical_name, seed, auto.max_length)
        inputs[auto.property] = olds[auto.property] if was_auto_named else name
        inputs[DEFAULTS] = [auto.property]
    return inputs, failures


def _auto_name(logical_name: str, seed: bytes, max_length: int) -> str:
    digits = hashlib.sha256(seed + logical_name.encode()).hexdigest()[:AUTO_NAME_DIGITS]
    return f"{logical_name[: max_length - AUTO_NAME_DIGITS - 1]}-{digits}"


def diff(
    resource: Resource, olds: Properties, news: Properties, ignored: Collection[str] = ()
) -> Difference:
    """Compare inputs but those to ignore. What no update call sends changes with the resource."""
    old = {k: v for k, v in _visible(olds).items() if k not in ignored}
    new = {k: v for k, v in _visible(news).items() if k not in ignored}
    common = old.keys() & new.keys()
    changed = {k for k in common if contains_unknown(new[k]) or not same(old[k], new[k])}
    added, removed = new.keys() - old.keys(), old.keys() - new.keys()
    differing = changed | added | removed
    exchanged = (added | removed) & resource.alternatives
    auto = resource.auto_name
    keeps_its_name = (
        auto is not None
        and auto.prefix not in news
        and auto.property not in {*news.get(DEFAULTS, []), *differing}
    )
    return Difference(
        added=frozenset(added),
        changed=frozenset(changed),
        removed=frozenset(removed),
        replaces=frozenset(differing - resource.updatable | exchanged),
        delete_before_replace=keeps_its_name or resource.delete_before_replace,
    )


def preview_create(resource: Resource, inputs: Properties) -> dict[str, Any]:
    """The state as far as it is known before the resource exists.

    An input that the program leaves out is absent, not unknown: policies must be able to tell a
    rule without a network from a rule whose network is still to come.
    """
    told = resource.computed - resource.inputs
    return {**dict.fromkeys(told, UNKNOWN), **_visible(inputs)}


def preview_update(resource: Resource, state: Properties, inputs: Properties) -> dict[str, Any]:
    """The state as far as it is known before the update."""
    return {**state, **dict.fromkeys(resource.changes_on_update, UNKNOWN), **_visible(inputs)}


def create(resource: Resource, client: Any, inputs: Properties) -> tuple[str, dict[str, Any]]:
    """Create and configure. Raises InitFailedError when only the configuration failed."""
    state = _visible(inputs)
    state.update(run(resource.create, client, state, {}))
    identifier = resource.id.format_map(state)
    state["id"] = identifier
    try:
        for step in resource.configure:
            if any(leaf.name in inputs for leaf in mentions(step)) or not mentions(step):
                state.update(run(step, client, state, {}))
        observed = _observe(resource, client, state)
    except ApiError as error:
        raise InitFailedError(identifier, state, str(error)) from error
    if observed is None:
        raise InitFailedError(identifier, state, "AWS does not know it right after its creation")
    return identifier, {**state, **observed}


def read(
    resource: Resource, client: Any, identifier: str, state: Properties, inputs: Properties
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What AWS says now, as state and as the inputs that would give it; None when it is gone."""
    observed = _observe(resource, client, {**state, "id": identifier})
    if observed is None:
        return None
    actual = {**state, **observed, "id": identifier}
    if not inputs:  # An import: everything that can be set was set by somebody.
        return actual, {k: v for k, v in actual.items() if k in resource.inputs}
    return actual, dict(_actual_inputs(inputs, observed))


def _actual_inputs(inputs: Properties, observed: Properties) -> Iterator[tuple[str, Any]]:
    for name, given in inputs.items():
        actual = observed.get(name, given)
        if name in WHOLE_MAPS:
            yield name, given if same(actual, given) else actual
        else:
            yield name, like(actual, given)


def update(  # noqa: PLR0917 (what the engine's protocol sends, in its order)
    resource: Resource,
    client: Any,
    identifier: str,
    state: Properties,
    olds: Properties,
    news: Properties,
) -> dict[str, Any]:
    """Run the steps that mention a changed property."""
    difference = diff(resource, olds, news)
    unset = resource.unset_values
    stuck = sorted(difference.removed - unset.keys() - resource.options)
    if stuck:
        raise ApiError(
            "update",
            "CannotUnset",
            f"AWS keeps the old value when {', '.join(stuck)} is no longer given; "
            "set it explicitly",
        )
    old = {**state, **_visible(olds), "id": identifier}
    # What AWS told about an input that the program never gave must not be sent back to AWS.
    new = {k: v for k, v in old.items() if k not in resource.updatable | difference.removed}
    new.update(_visible(news))
    new.update({k: unset[k] for k in difference.removed if k in unset})
    for step in resource.changing:
        if any(leaf.name in difference.names for leaf in mentions(step)):
            new.update(run(step, client, new, old))
    observed = _observe(resource, client, new)
    if observed is None:
        raise ApiError("update", "Gone", "the resource no longer exists; refresh the stack")
    return {**new, **observed}


def delete(resource: Resource, client: Any, identifier: str, state: Properties) -> None:
    """Run the deleting steps; what is gone already counts as deleted."""
    scope = {**state, "id": identifier}
    for step in resource.delete:
        _run_tolerating(step, client, scope, resource.gone)


def _run_tolerating(step: Step, client: Any, scope: Properties, codes: tuple[str, ...]) -> None:
    try:
        run(step, client, scope, scope)
    except ApiError as error:
        if error.code not in codes:
            raise


def _observe(resource: Resource, client: Any, scope: Properties) -> dict[str, Any] | None:
    observed: dict[str, Any] = {}
    for reading in resource.read:
        if isinstance(reading, Run):
            observed.update(run(reading, client, {**scope, **observed}, {}))
            continue
        description = _describe(resource, reading, client, scope)
        if description in (None, [], {}) and not reading.optional:
            return None
        told = properties_of(reading, description)
        observed.update({name: value for name, value in told.items() if value is not None})
    return observed


def _describe(resource: Resource, reading: Read, client: Any, scope: Properties) -> Any:
    try:
        answer = invoke(client, reading.operation, render(reading.request, scope))
    except ApiError as error:
        if error.code in resource.gone:
            return None
        raise
    return find(Template(reading.root).substitute(scope), answer)


def _visible(properties: Properties) -> dict[str, Any]:
    return {k: v for k, v in properties.items() if not k.startswith("__")}
