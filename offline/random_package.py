"""The `random` provider package: it makes values and keeps them in the state alone."""

import secrets
import string
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from offline.provider.api import ApiError
from offline.provider.server import Package
from offline.provider.table import P, Read, Resource, Run, Scope

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
"""What the official plugin takes as special characters when the program names none."""

PASSWORD_INPUTS = (
    "length",
    "keepers",
    "lower",
    "upper",
    "numeric",
    "special",
    "overrideSpecial",
    "minLower",
    "minUpper",
    "minNumeric",
    "minSpecial",
)


class StateOnly:
    """The client of resources that live nowhere: reading one finds what the state says."""

    def read(self, **state: Any) -> Mapping[str, Any]:
        """Echo, so that a refresh finds the value and never changes it."""
        return state


def _alphabets(new: Scope) -> list[tuple[str, int]]:
    special = new.get("overrideSpecial") or SPECIAL
    kinds = (
        ("lower", string.ascii_lowercase, "minLower"),
        ("upper", string.ascii_uppercase, "minUpper"),
        ("numeric", string.digits, "minNumeric"),
        ("special", special, "minSpecial"),
    )
    return [(alphabet, new.get(least, 0)) for kind, alphabet, least in kinds if new.get(kind, True)]


def make_password(client: Any, new: Scope, old: Scope) -> dict[str, Any]:
    """A password with the asked-for length and at least so many characters of each kind."""
    alphabets = _alphabets(new)
    characters = [secrets.choice(alphabet) for alphabet, least in alphabets for _ in range(least)]
    everything = "".join(alphabet for alphabet, _ in alphabets)
    missing = new["length"] - len(characters)
    if missing < 0 or not everything:
        raise ApiError(
            "make password",
            "InvalidLength",
            f"no password of length {new['length']} has the kinds of characters that are asked for",
        )
    characters += [secrets.choice(everything) for _ in range(missing)]
    secrets.SystemRandom().shuffle(characters)
    return {"id": "none", "result": "".join(characters)}


RANDOM_PASSWORD = Resource(
    token="random:index/randomPassword:RandomPassword",
    service="",
    create=Run(make_password, uses=tuple(P(name) for name in PASSWORD_INPUTS)),
    read=(Read("read", {"id": "none"}, "@", {"result": "result"}),),
    secret_outputs=frozenset({"result"}),
)


def _client(service: str, region: str) -> StateOnly:
    return StateOnly()


def _configure(config: Mapping[str, Any]) -> None:
    """Random values need no configuration."""


def random_package() -> Package:
    """The package for the `random` provider."""
    return Package(
        name="random",
        version=version("pulumi-random"),
        resources={RANDOM_PASSWORD.token: RANDOM_PASSWORD},
        client=_client,
        configure=_configure,
    )
