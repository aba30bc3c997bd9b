"""The vocabulary of the tables: how a Pulumi resource type maps to API calls.

A resource is described by the calls that create, configure, read, update and delete it. Requests
are templates whose leaves name the resource's properties:

- `P("cidrBlock")` is an input: it is sent when the program sets it.
- `K("arn")` is a key, told by AWS: it says *which* resource.

Everything else follows from the templates. The properties that appear in no template are refused by
name. A changed property runs the `configure` and `update` calls that mention it; one that only
`create` mentions cannot be changed on a live resource, so its change replaces the resource.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from offline.provider.values import is_list, is_map

Convert = Callable[[Any], Any]
Scope = Mapping[str, Any]
"""Every property of one resource: its inputs, what AWS told about it, and `id`."""


def unchanged(value: Any) -> Any:
    """The conversion that converts nothing."""
    return value


@dataclass(frozen=True)
class P:
    """An input property in a request template, converted on the way.

    `default` is what is sent when the program stops setting a property that it had set; without
    one, unsetting is refused, because AWS would keep the old value. `replaces` is for what the
    update call sends too but cannot change, like the name of the bucket it updates.
    """

    name: str
    convert: Convert = unchanged
    default: Any = None
    replaces: bool = False


@dataclass(frozen=True)
class K:
    """A key in a request template: told by AWS, it identifies the resource."""

    name: str
    convert: Convert = unchanged


ID = K("id")


@dataclass(frozen=True)
class When:
    """A branch of a template that is sent only when the program sets the named property."""

    name: str
    template: Any


@dataclass(frozen=True)
class Call:
    """One API call: a boto3 method, its request, and what its answer tells (name → JMESPath)."""

    operation: str
    request: Mapping[str, Any]
    returns: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Run:
    """A step that one call cannot express: `function(client, new, old)` gives what it found out.

    `old` is empty at creation. `uses` names the inputs it reads, as a call's template would.
    """

    function: Callable[[Any, Scope, Scope], Mapping[str, Any]]
    uses: tuple[P, ...] = ()


Step = Call | Run


@dataclass(frozen=True)
class From:
    """Where a property stands in an answer, and how to turn it into the program's form."""

    path: str
    convert: Convert = unchanged


@dataclass(frozen=True)
class Read:
    """One describing call: `root` is the JMESPath of the resource in its answer.

    Some calls can only list. Then `root` picks the resource out by its properties, as in
    `Aliases[?AliasName == '$name'] | [0]`.

    A `root` that finds nothing means that the resource is gone, or for an `optional` read that the
    properties it would tell are unset.
    """

    operation: str
    request: Mapping[str, Any]
    root: str
    properties: Mapping[str, str | From]
    optional: bool = False


@dataclass(frozen=True)
class AutoName:
    """A physical name made from the logical one when the program gives none."""

    property: str = "name"
    max_length: int = 63
    prefix: str | None = None
    """The input that asks for another kind of name: one that the provider makes from a prefix."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource type and its API calls."""

    token: str
    service: str
    create: Step
    read: tuple[Read | Run, ...]
    """The first one must be a `Read`, for it says whether the resource exists. A `Run` is for what
    one call cannot tell; it sees, and may correct, what the ones before it told."""
    configure: tuple[Step, ...] = ()
    """After `create` when one of its properties is set; in an update when one changed."""
    update: tuple[Step, ...] = ()
    delete: tuple[Step, ...] = ()
    id: str = "{id}"
    """Format string over the scope; `id` itself is what `create` returned under that name."""
    auto_name: AutoName | None = None
    options: frozenset[str] = frozenset()
    """Inputs that steer the provider and are not sent to AWS."""
    alternatives: frozenset[str] = frozenset()
    """Inputs of which a resource has one. It can change, but not give way to another one."""
    changes_on_update: frozenset[str] = frozenset()
    """Outputs that any update changes, unknown while it is previewed."""
    secret_outputs: frozenset[str] = frozenset()
    delete_before_replace: bool = False
    """AWS allows only one of it at a time, whatever its name (a route, a listener's port)."""
    gone: tuple[str, ...] = ()
    """Error codes that mean the resource does not exist."""

    @property
    def inputs(self) -> frozenset[str]:
        """Every property that a program may set."""
        sent = {leaf.name for step in self._steps for leaf in mentions(step)}
        return frozenset(sent) | self.options

    @property
    def updatable(self) -> frozenset[str]:
        """Properties whose change an update carries out; any other replaces the resource."""
        changed = {
            leaf.name for step in self.changing for leaf in mentions(step) if not leaf.replaces
        }
        return frozenset(changed) | self.options

    @property
    def computed(self) -> frozenset[str]:
        """Every property that the API tells; a program that did not set it may still use it."""
        told = {name for step in self._steps if isinstance(step, Call) for name in step.returns}
        read = {name for each in self.read if isinstance(each, Read) for name in each.properties}
        return frozenset(told | read) - {"id"}

    @property
    def changing(self) -> tuple[Step, ...]:
        """The steps that an update may run."""
        return (*self.configure, *self.update)

    @property
    def unset_values(self) -> dict[str, Any]:
        """What is sent for a property that the program stopped setting, where that is known."""
        leaves = [leaf for step in self.changing for leaf in mentions(step)]
        return {leaf.name: leaf.default for leaf in leaves if leaf.default is not None}

    @property
    def _steps(self) -> tuple[Step, ...]:
        return (self.create, *self.changing)


def mentions(step: Step) -> tuple[P, ...]:
    """The inputs that a step sends."""
    if isinstance(step, Run):
        return step.uses
    return tuple(leaf for leaf in _leaves(step.request) if isinstance(leaf, P))


def _leaves(template: Any) -> Iterator[Any]:
    if isinstance(template, When):
        yield from _leaves(template.template)
    elif is_map(template):
        for item in template.values():
            yield from _leaves(item)
    elif is_list(template):
        for item in template:
            yield from _leaves(item)
    else:
        yield template
