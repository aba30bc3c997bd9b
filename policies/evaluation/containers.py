"""Docker containers: their labels, their limits, and what their images tell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evaluation.properties import entries, number, value_at

WHOLE_PERIOD = 100_000
"""Microseconds of Docker's default scheduling period, which `cpuQuota` is a part of."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """What an image's name tells: `nginx` and `1.25` of `registry:5000/nginx:1.25@sha256:…`."""

    software: str
    tag: str | None


def image(name: object) -> Image | None:
    """The parts of an image's name, or None for an identifier, which tells nothing."""
    if not isinstance(name, str) or not name or name.startswith("sha256:"):
        return None
    path, _, tag = name.partition("@")[0].rpartition("/")[2].partition(":")
    return Image(software=path, tag=tag or None)


def label(properties: object, key: str) -> str | None:
    """The value of a container's label."""
    for each in entries(value_at(properties, "labels")):
        value = value_at(each, "value")
        if value_at(each, "label") == key and isinstance(value, str):
            return value
    return None


def service_label(properties: object, key: str) -> str | None:
    """The value of a label of a service's containers, or else of the service itself."""
    of_containers = value_at(properties, "taskSpec", "containerSpec")
    return label(of_containers, key) or label(properties, key)


def cpu_limits(properties: object) -> Iterator[tuple[str, float]]:
    """Each limit on processors that is set, with the property that sets it."""
    cpus = value_at(properties, "cpus")
    if cpus not in (None, "", 0):
        yield "cpus", _decimal(cpus)
    quota = number(value_at(properties, "cpuQuota"))
    if quota:
        period = number(value_at(properties, "cpuPeriod")) or WHOLE_PERIOD
        yield "cpuQuota", quota / period
    named = value_at(properties, "cpuSet")
    if named not in (None, ""):
        yield "cpuSet", _processors(named)


def _decimal(value: object) -> float:
    # What cannot be read as a number limits to nothing that meets a floor.
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}(\.\d{1,9})?", value):
        return float(value)
    return number(value) or 0


def _processors(value: object) -> int:
    """How many processors a set such as `0-2,5` names."""
    if not isinstance(value, str) or not re.fullmatch(
        r"\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*", value
    ):
        return 0
    named: set[int] = set()
    for part in value.split(","):
        first, _, last = part.partition("-")
        named.update(range(int(first), int(last or first) + 1))
    return len(named)
