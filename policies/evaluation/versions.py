"""Versions of software, from the texts that name them."""

import re

from evaluation.properties import number

Version = tuple[int, ...]

LEADING = re.compile(r"v?(\d+(?:\.\d+)*)")


def version(value: object) -> Version | None:
    """The version that a text or number begins with: (14, 2) of `14.2-alpine`, (6,) of `6.x`."""
    if number(value) is not None:
        value = f"{number(value):g}"
    found = LEADING.match(value) if isinstance(value, str) else None
    return tuple(int(part) for part in found[1].split(".")) if found else None


def is_older(found: Version, than: Version) -> bool:
    """Whether a version is older than another one, by as many parts as that one has."""
    return (found + (0,) * len(than))[: len(than)] < than


def written(parts: Version) -> str:
    """A version as it is written."""
    return ".".join(str(part) for part in parts)
