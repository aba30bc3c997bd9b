"""Resources as rules see them, and a stack of them with its indexes.

The engine, the tests and an exported state each give resources in a shape of their own; rules read
this one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.properties import known_at


@dataclass(kw_only=True, eq=False, slots=True)
class Resource:
    """A resource with its inputs, or in a stack rule with what is known of its outputs.

    Attributes:
        resource_type: its type token.
        props: its properties, which raise `UnknownValueError` where a value is not known yet.
        urn: its URN.
        name: the URN's last part.
        provider: the properties of its provider.
        parameters: the values of the rule's parameters.
        property_dependencies: the resources of the stack that each property comes from.
    """

    resource_type: str
    props: Mapping[str, object]
    urn: str
    name: str
    provider: Mapping[str, object] = field(default_factory=dict[str, object])
    parameters: Mapping[str, object] = field(default_factory=dict[str, object])
    property_dependencies: Mapping[str, "Sequence[Resource]"] = field(
        default_factory=dict[str, "Sequence[Resource]"]
    )


class Stack:
    """All resources of a stack. Each index is built once, so rules are linear in the resources."""

    def __init__(
        self, resources: Iterable[Resource], parameters: Mapping[str, object] | None = None
    ) -> None:
        self.parameters: Mapping[str, object] = parameters or {}
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._by_type[resource.resource_type].append(resource)
        self._attached: dict[tuple[str, tuple[str, ...]], _Attachments] = {}

    def of(self, resource_types: Collection[str]) -> list[Resource]:
        """The resources of these types."""
        return [each for kind in resource_types for each in self._by_type.get(kind, ())]

    def first_of(self, resource_types: Collection[str]) -> Resource | None:
        """The resource that speaks for all of these types, for what concerns the stack once."""
        return next(iter(self.of(resource_types)), None)

    def made_from(
        self, source: Resource, resource_types: Collection[str], by: str
    ) -> list[Resource]:
        """The resources of these types whose property comes from one, whatever it says."""
        return self._attachments(resource_types, by).by_source.get(source.urn, [])

    def attached(
        self, to: Resource, resource_types: Collection[str], by: str, key: str
    ) -> list[Resource]:
        """The resources of these types that configure one from beside.

        Args:
            to: the resource that is configured, such as a bucket.
            resource_types: the types of what configures it.
            by: their property that names it, such as `bucket`.
            key: its own property that they name, such as `bucket`.
        """
        return self._attachments(resource_types, by).of(to, known_at(to.props, key))

    def _attachments(self, resource_types: Collection[str], by: str) -> "_Attachments":
        index = (by, tuple(resource_types))
        if index not in self._attached:
            self._attached[index] = _Attachments(self.of(resource_types), by)
        return self._attached[index]


class _Attachments:
    """Resources by the name that they name, and by the resource that the name comes from."""

    def __init__(self, resources: Iterable[Resource], by: str) -> None:
        self._by_name: dict[object, list[Resource]] = defaultdict(list)
        self.by_source: dict[str, list[Resource]] = defaultdict(list)
        self._unnamed: set[Resource] = set()
        for resource in resources:
            name = known_at(resource.props, by)
            if isinstance(name, str):
                self._by_name[name].append(resource)
            else:
                self._unnamed.add(resource)
            for source in resource.property_dependencies.get(by, ()):
                self.by_source[source.urn].append(resource)

    def of(self, owner: Resource, name: object) -> list[Resource]:
        """What names the owner. A name unknown on either side is stood for by where it is from."""
        from_owner = self.by_source.get(owner.urn, [])
        if not isinstance(name, str):
            return from_owner
        return [
            *self._by_name.get(name, []),
            *(each for each in from_owner if each in self._unnamed),
        ]
