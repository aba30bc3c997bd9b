"""The model every settings class builds on, and how its validators report faults."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

LONGEST_SHOWN = 80
"""Characters of a given value that an error repeats."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong: what was given, what is allowed, and where in the model it lies."""

    given: str
    allowed: str
    path: tuple[str | int, ...] = ()


class FaultError(ValueError):
    """Raised inside validators; `settings.load` turns it into sentences with full paths."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"given {f.given}, allowed is {f.allowed}" for f in faults))
        self.faults = faults


def shown(value: object) -> str:
    """Return `value` as a person would recognise it in a YAML file; structures only by kind."""
    match value:
        case None:
            return "nothing"
        case str() | bool() | int() | float():
            text = json.dumps(value, ensure_ascii=False)
        case dict():
            return "a mapping"
        case list() | tuple() | set():
            return f"a list of {len(value)}"  # pyright: ignore[reportUnknownArgumentType]
        case _:
            text = str(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


class StrictModel(BaseModel):
    """Refuses unknown keys and silent conversions: a typing error must never change a stack."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    def faults(self) -> Iterator[Fault]:
        """Yield what is wrong between fields that are each right on their own."""
        yield from ()

    @model_validator(mode="after")
    def _has_no_faults(self) -> Self:
        # All at once: a person fixes the file in one go, not one fault a run.
        if faults := tuple(self.faults()):
            raise FaultError(*faults)
        return self
