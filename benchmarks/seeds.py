"""Reads the seeded violations, and puts them into a state.

Several go into one state where none of them touches what another one does, so that a slow tool
need not run once for each.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = Path(__file__).with_name("seeded_violations.yaml")

State = dict[str, Any]
"""What `pulumi stack export` writes."""


class Seed(BaseModel):
    """One violation.

    Attributes:
        title: what is wrong.
        type: the module and name of the type of the resource that is changed.
        name: the resource's logical name.
        change: properties to set, by path; null unsets. Without any the resource is taken away.
        seen_at: logical names of other resources at which it counts as found as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    type: str
    name: str
    change: dict[str, Any] = {}
    seen_at: list[str] = []

    @property
    def places(self) -> set[str]:
        """The logical names at which the violation can be seen."""
        return {self.name, *self.seen_at}


def read(path: Path = FILE) -> dict[str, list[Seed]]:
    """The seeds by topic. Raises pydantic's ValidationError for what is none."""
    return TypeAdapter(dict[str, list[Seed]]).validate_python(yaml.safe_load(path.read_text()))


def batches(seeds: Sequence[Seed]) -> list[list[Seed]]:
    """The seeds in as few groups as they come to, none of which has two at one place."""
    made: list[list[Seed]] = []
    for seed in seeds:
        free = (batch for batch in made if not any(seed.places & each.places for each in batch))
        batch = next(free, None)
        if batch is None:
            made.append([seed])
        else:
            batch.append(seed)
    return made


def planted(state: State, seeds: Sequence[Seed]) -> State:
    """The state with these violations. Raises LookupError for a resource that it does not have."""
    changed = deepcopy(state)
    resources: list[State] = changed["deployment"]["resources"]
    for seed in seeds:
        resource = next((each for each in resources if _is(each, seed)), None)
        if resource is None:
            raise LookupError(f"{seed.title}: the state has no {seed.type} named {seed.name}.")
        if not seed.change:
            resources.remove(resource)
        for properties in (resource["inputs"], resource["outputs"]):
            for path, value in seed.change.items():
                _set(properties, path.split("."), value)
    return changed


def logical_name(urn: str) -> str:
    """The last part of a URN."""
    return urn.rpartition("::")[2]


def _is(resource: Mapping[str, Any], seed: Seed) -> bool:
    kind = resource["type"].startswith(f"aws:{seed.type}:")
    return kind and logical_name(resource["urn"]) == seed.name


def _set(properties: State, path: list[str], value: object) -> None:
    inner: Any = properties
    *above, last = (int(key) if key.isdigit() else key for key in path)
    for key in above:
        inner = inner[key]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
