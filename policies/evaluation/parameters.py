"""What an environment may set of a rule: a number, or a list of names."""

from collections.abc import Mapping
from dataclasses import dataclass

from evaluation.properties import entries, number


@dataclass(frozen=True, kw_only=True)
class Number:
    """A figure of a rule.

    Attributes:
        default: what holds unless it is set.
        minimum: the least that may be set.
        meaning: what it stands for, with its unit.
    """

    default: float
    minimum: float
    meaning: str

    @property
    def schema(self) -> Mapping[str, object]:
        """JSON Schema of the value, for the engine."""
        return {"type": "number", "minimum": self.minimum, "default": self.default}

    @property
    def allowed(self) -> str:
        """The values that may be set, in words."""
        return f"a number of {self.minimum:g} or more"

    def accepts(self, value: object) -> bool:
        """Whether a value may be set."""
        given = number(value)
        return given is not None and given >= self.minimum


@dataclass(frozen=True, kw_only=True)
class Names:
    """A list of names that a rule asks for or leaves out; the attributes are those of `Number`."""

    default: tuple[str, ...]
    meaning: str

    @property
    def schema(self) -> Mapping[str, object]:
        """JSON Schema of the value, for the engine."""
        return {"type": "array", "items": {"type": "string"}, "default": list(self.default)}

    @property
    def allowed(self) -> str:
        """The values that may be set, in words."""
        return "a list of names"

    def accepts(self, value: object) -> bool:
        """Whether a value may be set."""
        return not isinstance(value, str) and all(isinstance(each, str) for each in entries(value))


Parameter = Number | Names


def figure(parameters: Mapping[str, object], name: str) -> float:
    """A number that the rule declares; the engine and the pack's own file let nothing else in.

    Raises:
        TypeError: the rule declares no number of this name.
    """
    value = number(parameters.get(name))
    if value is None:
        message = f"The parameter {name} is not a number."
        raise TypeError(message)
    return value


def names(parameters: Mapping[str, object], name: str) -> list[str]:
    """The names in a list that the rule declares."""
    return [str(each) for each in entries(parameters.get(name))]
