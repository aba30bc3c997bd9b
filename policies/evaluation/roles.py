"""The role a resource plays, as its `Role` tag says."""

from collections.abc import Mapping

from evaluation.properties import entries, value_at

LOAD_BALANCER = "load-balancer"


def role(properties: object) -> str | None:
    """The value of the `Role` tag, or None when there is none.

    Most resources carry their tags as a mapping, Auto Scaling groups as a list of keys and values.
    """
    tags = value_at(properties, "tags")
    if isinstance(tags, Mapping):
        found = value_at(properties, "tags", "Role")
    else:
        values = (value_at(tag, "value") for tag in entries(tags) if value_at(tag, "key") == "Role")
        found = next(values, None)
    return found if isinstance(found, str) else None
