"""Sizes of everything that serves: server groups, database, cache."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from settings.base import Fault, FaultError, StrictModel, shown
from settings.instance_types import closest, database_classes, server_types

OLDEST_POSTGRESQL = 14
"""Guide, "Software Requirements"."""

LEAST_GROWTH = Fraction(11, 10)
"""RDS refuses a maximum that is nearer to the storage to begin with (storage autoscaling)."""


def _instance_type_exists(name: str) -> str:
    return _one_of(server_types(), name, "an existing EC2 instance type with x86-64 processors")


def _database_class_exists(name: str) -> str:
    return _one_of(database_classes(), name, "an existing RDS class")


def _one_of(existing: frozenset[str], name: str, allowed: str) -> str:
    if name in existing:
        return name
    resembling = closest(name, existing)
    hint = f"; the closest are {', '.join(resembling)}" if resembling else ""
    raise FaultError(Fault(given=shown(name), allowed=allowed + hint))


InstanceType = Annotated[str, AfterValidator(_instance_type_exists), Field(examples=["m6i.xlarge"])]
DatabaseClass = Annotated[
    str, AfterValidator(_database_class_exists), Field(examples=["db.m6i.2xlarge"])
]

ContainerImage = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9.-]+(:[0-9]+)?/)?[a-z0-9._/-]+:[A-Za-z0-9._-]+(@sha256:[0-9a-f]{64})?$"
    ),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'an image with a tag, such as "example/api:1.4.2"'
        }
    ),
]

MachineImage = Annotated[
    str,
    StringConstraints(pattern=r"^ami-[0-9a-f]{8,17}$"),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'the ID of a machine image, such as "ami-0a1b2c3d"'
        }
    ),
]

CacheNodeType = Annotated[
    str,
    StringConstraints(pattern=r"^cache\.[a-z][a-z0-9]*\.[0-9a-z]+$"),
    Field(
        json_schema_extra={
            "patternErrorMessage": 'an ElastiCache node type, such as "cache.r6gd.xlarge"'
        }
    ),
]

PathPattern = Annotated[
    str,
    # What a path condition of a load balancer rule takes.
    StringConstraints(pattern=r"^/[A-Za-z0-9_.$/~@:+*?-]{0,127}$"),
    Field(
        json_schema_extra={"patternErrorMessage": 'a path of at most 128 characters such as "/ws*"'}
    ),
]


class ServerGroupSettings(StrictModel):
    """One Auto Scaling group of application servers behind the load balancer."""

    role: Literal["api", "websocket"] = Field(description="What they run, and their `Role` tag.")
    image: ContainerImage = Field(description="Container image of the service, with a tag.")
    instance_type: InstanceType = Field(description="EC2 type, at least 4 vCPU, 16 GiB and 1 Gbps.")
    min_size: int = Field(ge=1, le=500, description="Servers that always run.")
    max_size: int = Field(ge=1, le=500, description="Servers at the most, when scaled out.")
    disk_gib: int = Field(default=100, ge=8, le=16_384, description="Root volume (gp3), in GiB.")
    machine_image: MachineImage | None = Field(
        default=None,
        description="ID of the Ubuntu image that servers start from; left out: the one that was "
        "the newest when the group was made.",
    )
    path_patterns: list[PathPattern] = Field(
        default_factory=list[str],
        max_length=5,
        description="URL paths routed here; empty for the group that takes all the rest.",
    )

    def faults(self) -> Iterator[Fault]:
        """Yield a fault when the group could never hold as many servers as it must."""
        if self.max_size < self.min_size:
            yield Fault(
                path=("max_size",),
                given=shown(self.max_size),
                allowed=f"at least min_size, which is {self.min_size}",
            )


class DatabaseSettings(StrictModel):
    """RDS PostgreSQL: a primary and a read replica."""

    instance_class: DatabaseClass = Field(
        description="RDS class, at least 8 vCPU, 32 GiB and 1 Gbps."
    )
    engine_version: str = Field(
        pattern=r"^[0-9]{1,2}\.[0-9]{1,2}$",
        description=f"PostgreSQL version, {OLDEST_POSTGRESQL} or newer, in quotes.",
        json_schema_extra={
            "patternErrorMessage": 'a PostgreSQL version in quotes, such as "16.11"'
        },
    )
    storage_gib: int = Field(ge=20, le=65_536, description="gp3 storage to begin with, in GiB.")
    max_storage_gib: int = Field(
        ge=20, le=65_536, description="Size up to which storage grows by itself, in GiB."
    )
    multi_az: bool = Field(default=True, description="Keep a synchronous standby in another zone.")
    backup_retention_days: int = Field(
        default=14, ge=7, le=35, description="Days back that the database can be restored to."
    )
    deletion_protection: bool = Field(default=True, description="Refuse to delete the database.")

    @property
    def engine_major(self) -> int:
        """Major version, which selects the parameter group family."""
        return int(self.engine_version.split(".")[0])

    def faults(self) -> Iterator[Fault]:
        """Yield faults of a version that is too old and of storage that could hardly grow."""
        if self.engine_major < OLDEST_POSTGRESQL:
            yield Fault(
                path=("engine_version",),
                given=shown(self.engine_version),
                allowed=f"PostgreSQL {OLDEST_POSTGRESQL} or newer",
            )
        smallest_maximum = math.ceil(self.storage_gib * LEAST_GROWTH)
        if self.max_storage_gib < smallest_maximum:
            yield Fault(
                path=("max_storage_gib",),
                given=shown(self.max_storage_gib),
                allowed=f"at least {smallest_maximum}, a tenth above storage_gib",
            )


class CacheSettings(StrictModel):
    """Redis: a primary and a replica in another zone, on servers of ours or managed by AWS."""

    kind: Literal["servers", "elasticache"] = Field(
        default="servers",
        description="`servers` keep an append-only file; `elasticache` is managed and has none.",
    )
    instance_type: InstanceType = Field(
        default="m6i.xlarge", description="EC2 type of `servers`, at least 4 vCPU and 16 GiB."
    )
    disk_gib: int = Field(
        default=50, ge=8, le=16_384, description="Root volume (gp3) of `servers`, in GiB."
    )
    node_type: CacheNodeType = Field(
        default="cache.r6gd.xlarge",
        description="ElastiCache type of `elasticache`; r6gd holds what memory cannot on SSD.",
    )
