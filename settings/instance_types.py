"""Names of the EC2 instance types that exist, so that a misspelt one is refused at once."""

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Final

INSTANCE_TYPES_FILE: Final = Path(__file__).with_name("instance_types.json")
"""Processor architecture → names; written by `python -m settings.generate_facts`."""

SERVER_ARCHITECTURE: Final = "x86_64"
"""What the machine image and the container images of the servers are built for."""

RDS_PREFIX: Final = "db."
"""An RDS class is this followed by the EC2 type that it runs on."""


@cache
def _by_architecture() -> dict[str, list[str]]:
    return json.loads(INSTANCE_TYPES_FILE.read_text(encoding="utf-8"))


@cache
def server_types() -> frozenset[str]:
    """EC2 instance types that can run the servers."""
    return frozenset(_by_architecture()[SERVER_ARCHITECTURE])


@cache
def database_classes() -> frozenset[str]:
    """RDS classes on every EC2 instance type: the architecture is the service's own concern."""
    types = (name for names in _by_architecture().values() for name in names)
    return frozenset(RDS_PREFIX + name for name in types)


def closest(name: str, existing: frozenset[str]) -> list[str]:
    """At most three of `existing` that resemble `name`, best first; maybe none."""
    # Sorted, because difflib breaks ties by order of the input and a set has none.
    return difflib.get_close_matches(name, sorted(existing), n=3, cutoff=0.6)
