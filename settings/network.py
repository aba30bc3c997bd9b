"""Addresses and availability zones of one environment."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from settings.base import Fault, FaultError, StrictModel, shown

MAX_ZONES = 4
"""The VPC is always cut into sixteen blocks, four to a zone, however many zones are in use."""

LARGEST_VPC_PREFIX = 16
"""AWS allows at most a /16 for a VPC."""
SMALLEST_VPC_PREFIX = 20
"""Blocks of a /24: 251 usable addresses for the load balancer and servers of a zone."""

CIDR_ALLOWED = 'an IPv4 network without host bits, such as "10.0.0.0/16"'


def _to_network(value: object) -> IPv4Network:
    try:
        # IPv4Network would also take a number, which nobody means as an address.
        if isinstance(value, str):
            return IPv4Network(value)
    except ValueError:
        pass
    raise FaultError(Fault(given=shown(value), allowed=CIDR_ALLOWED))


Cidr = Annotated[
    IPv4Network,
    BeforeValidator(_to_network),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}(/[0-9]{1,2})?$",
            "patternErrorMessage": CIDR_ALLOWED,
        }
    ),
]
"""An IPv4 network written as text, for example `10.0.0.0/16`."""


Zone = Annotated[str, Field(examples=["eu-central-1a"])]
"""Checked against the region by `Settings`, which knows it."""


class NetworkSettings(StrictModel):
    """The VPC: one public, one private and one isolated subnet per availability zone."""

    cidr: Cidr = Field(
        description=f"Address range of the VPC, /{LARGEST_VPC_PREFIX} to /{SMALLEST_VPC_PREFIX}."
    )
    zones: list[Zone] = Field(
        min_length=2,
        max_length=MAX_ZONES,
        description="Names of availability zones; append new ones, as the order gives addresses.",
    )
    nat: Literal["zone", "single"] = Field(
        default="zone",
        description="`zone`: one NAT gateway a zone survives the loss of one; `single` is cheaper.",
    )
    ssh_cidrs: list[Cidr] = Field(
        default_factory=list[IPv4Network],
        description="Networks that may open ssh. Empty: none, servers are reached through SSM.",
    )

    def faults(self) -> Iterator[Fault]:
        """Yield faults of the VPC's size, of repeated zones and of ssh open to the world."""
        if not LARGEST_VPC_PREFIX <= self.cidr.prefixlen <= SMALLEST_VPC_PREFIX:
            yield Fault(
                path=("cidr",),
                given=shown(str(self.cidr)),
                allowed=f"a network from /{LARGEST_VPC_PREFIX} to /{SMALLEST_VPC_PREFIX}",
            )
        for index, zone in enumerate(self.zones):
            if zone in self.zones[:index]:
                yield Fault(
                    path=("zones", index),
                    given=shown(zone),
                    allowed="a zone not already in the list",
                )
        for index, cidr in enumerate(self.ssh_cidrs):
            if cidr.prefixlen == 0:
                yield Fault(
                    path=("ssh_cidrs", index),
                    given=shown(str(cidr)),
                    allowed="a network of your own, never the whole internet",
                )
