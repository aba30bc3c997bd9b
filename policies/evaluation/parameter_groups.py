"""What the parameter groups of databases and caches set."""

from collections.abc import Mapping

from evaluation.properties import entries, number, value_at


def parameters(properties: object) -> Mapping[str, str]:
    """The values by parameter, as text; a parameter without a value is not set."""
    found: dict[str, str] = {}
    for entry in entries(value_at(properties, "parameters")):
        name, value = value_at(entry, "name"), value_at(entry, "value")
        if isinstance(name, str) and value is not None:
            found[name] = str(value) if number(value) is None else f"{number(value):.15g}"
    return found


def is_of(properties: object, *families: str) -> bool:
    """Whether a group is for one of these engines, by the beginning of its family."""
    family = value_at(properties, "family")
    return isinstance(family, str) and family.startswith(families)
