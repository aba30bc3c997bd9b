"""Remedies that set what a rule asks for, where the answer is never in doubt."""

from collections.abc import Mapping

from evaluation.properties import value_at
from evaluation.resources import Resource
from evaluation.rule import Remedy


def setting(**values: object) -> Remedy:
    """A remedy that gives properties these values, where they have others."""

    def remedy(resource: Resource) -> Mapping[str, object]:
        return {
            name: value
            for name, value in values.items()
            if value_at(resource.props, name) is not value
        }

    return remedy
