"""The emulated account that tests of tables work in, and what they must know of a type."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import Any

from offline.aws import RESOURCES
from offline.aws.package import Clients
from offline.provider import lifecycle
from offline.provider.table import Resource

REGION = "eu-central-1"
ACCOUNT_ID = "123456789012"
"""Moto's account."""

TAGS = {"Project": "messaging-app", "Environment": "test"}
NEW_TAGS = {"Project": "messaging-app", "Owner": "platform"}
"""One tag stays, one goes and one comes."""

UNTOLD = "<untold>"
"""Takes the place of an input, to see which ones AWS tells."""

State = dict[str, Any]


class Account:
    """Clients of the emulated account, and resources made in it by their tables.

    All tests of a session share it, so names must be `unique`.
    """

    def __init__(self, endpoint: str) -> None:
        self._clients = Clients(endpoint)
        self._clients.configure({"region": REGION})
        self._numbers = itertools.count(1)

    def client(self, service: str, region: str = "") -> Any:
        """The boto3 client, for what somebody does behind the back of Pulumi."""
        return self._clients(service, region)

    def unique(self, prefix: str) -> str:
        """A name that no other resource of the session has."""
        return f"{prefix}-{next(self._numbers)}"

    def create(self, token: str, **inputs: Any) -> State:
        """A resource, usually one that the resource under test needs."""
        resource = RESOURCES[token]
        return lifecycle.create(resource, self.client(resource.service), inputs)[1]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A resource type with realistic inputs, and everything that can happen to it."""

    token: str
    inputs: Mapping[str, Any]
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """New values of the inputs that AWS changes in place; any other input replaces."""
    meddle: Callable[[State], object]
    """Change or delete it with boto3, behind the back of Pulumi."""
    drift: Mapping[str, Any] | None
    """The inputs that a refresh then finds; None when the resource is gone."""
    untold: frozenset[str] = frozenset()
    """Properties that moto does not tell, though AWS does (offline/README.md)."""
    one_way: frozenset[str] = frozenset()
    """Inputs that AWS lets nobody set again once they are unset."""
    required: frozenset[str] = frozenset()
    """Inputs that AWS insists on, unless another one takes their place."""
    outlives: bool = False
    """AWS knows no deletion of it: it goes with what it belongs to."""

    @property
    def resource(self) -> Resource:
        """The table under test."""
        return RESOURCES[self.token]

    @property
    def address(self) -> frozenset[str]:
        """Inputs that say where it is: who asks for it knows them, so AWS need not tell them."""
        fields = (field for _, field, _, _ in Formatter().parse(self.resource.id))
        return frozenset(self.inputs.keys() & set(fields))


MakeCase = Callable[[Account], Case]
"""Makes what the resource needs, and the case."""
