"""The whole configuration of one stack."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from settings.base import Fault, StrictModel, shown
from settings.network import NetworkSettings
from settings.operations import AuditSettings, OperationsSettings
from settings.recovery import RecoverySettings
from settings.regions import Region, regions
from settings.servers import CacheSettings, DatabaseSettings, ServerGroupSettings
from settings.storage import StorageSettings

# Short, as it is part of resource names that AWS cuts at 32 characters.
GroupName = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$")]


class Settings(StrictModel):
    """Everything that differs between environments; `messaging-app:settings` of a stack file."""

    target: Literal["aws"] = Field(description="Where the platform runs.")
    environment: str = Field(
        max_length=12,
        # RDS takes no two hyphens in a row.
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        description="Short name used in every resource name and tag.",
        json_schema_extra={
            "patternErrorMessage": "1 to 12 lower-case letters, digits and single inner hyphens, "
            "beginning with a letter"
        },
    )
    owner: str = Field(
        # The characters that every AWS service accepts in a tag.
        pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,64}$",
        description="Team that answers for it: the `Owner` tag.",
        json_schema_extra={
            "patternErrorMessage": "1 to 64 letters, digits, spaces and any of _.:/=+@-"
        },
    )
    region: Region = Field(description="AWS region, for example eu-central-1.")
    domain: str = Field(
        # The longest name that ACM puts into a certificate as its common name.
        max_length=64,
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$",
        description="Public name of the application; api. and ws. are put before it.",
        json_schema_extra={
            "patternErrorMessage": "a lower-case domain name of at most 64 characters, "
            'such as "chat.example.com"'
        },
    )
    network: NetworkSettings = Field(description="Addresses and availability zones.")
    servers: dict[GroupName, ServerGroupSettings] = Field(
        description="Groups of application servers by name, which appears in resource names.",
        json_schema_extra={
            "additionalProperties": False,
            "patternErrorMessage": "1 to 16 lower-case letters, digits and inner hyphens, "
            "beginning with a letter",
        },
    )
    database: DatabaseSettings = Field(description="PostgreSQL.")
    cache: CacheSettings = Field(description="Redis.")
    operations: OperationsSettings = Field(description="Monitoring, alerts and updates.")
    audit: AuditSettings = Field(description="What records who did what.")
    storage: StorageSettings = Field(
        default=StorageSettings(), description="Backup and media buckets."
    )
    recovery: RecoverySettings | None = Field(
        default=None, description="Start from another stack's copies; none starts empty."
    )
    protect: bool = Field(
        default=True, description="Refuse to delete the load balancer and whatever holds data."
    )

    @property
    def operations_zone(self) -> str:
        """Availability zone of the operations server and its volume."""
        # The cache servers, each with a sentinel, stand in the first two. With the third sentinel
        # in a zone of its own, two of them outlive the loss of any zone, and may promote.
        return self.operations.zone or self.network.zones[:3][-1]

    @property
    def keeps_data(self) -> bool:
        """Whether what holds data, and what other stacks may stand on, outlives the stack."""
        return not self.storage.force_destroy

    def faults(self) -> Iterator[Fault]:
        """Yield faults between the parts: zones, server groups, protection."""
        yield from self._zone_faults()
        yield from self._server_group_faults()
        yield from self._path_faults()
        if self.storage.copy_region == self.region:
            yield Fault(
                path=("storage", "copy_region"),
                given=shown(self.region),
                allowed="a region other than the stack's own",
            )
        if self.protect and self.storage.force_destroy:
            yield Fault(
                path=("storage", "force_destroy"),
                given="true",
                allowed="false, as long as protect is true",
            )
        if self.recovery and self.recovery.take_over and self.storage.force_destroy:
            yield Fault(
                path=("storage", "force_destroy"),
                given="true",
                allowed="false, as long as recovery.take_over is true",
            )

    def _zone_faults(self) -> Iterator[Fault]:
        existing = regions()[self.region]
        for index, zone in enumerate(self.network.zones):
            if zone not in existing:
                yield Fault(
                    path=("network", "zones", index),
                    given=shown(zone),
                    allowed=f"a zone of {self.region}: {', '.join(existing)}",
                )
        if self.operations_zone not in self.network.zones:
            yield Fault(
                path=("operations", "zone"),
                given=shown(self.operations.zone),
                allowed=f"one of network.zones: {', '.join(self.network.zones)}",
            )

    def _server_group_faults(self) -> Iterator[Fault]:
        roles = {group.role for group in self.servers.values()}
        if missing := sorted({"api", "websocket"} - roles):
            yield Fault(
                path=("servers",),
                given=f"no group with the role {' or '.join(missing)}",
                allowed="at least one group of each role, api and websocket",
            )
        catch_all = [name for name, group in self.servers.items() if not group.path_patterns]
        if len(catch_all) != 1:
            yield Fault(
                path=("servers",),
                given=f"groups without path_patterns: {', '.join(catch_all) or 'none'}",
                allowed="exactly one, which takes all requests that no other group takes",
            )

    def _path_faults(self) -> Iterator[Fault]:
        # Which of two overlapping patterns is asked first is not for the settings to say.
        taken: list[str] = []
        for name, group in self.servers.items():
            for index, pattern in enumerate(group.path_patterns):
                if any(fnmatchcase(pattern, each) or fnmatchcase(each, pattern) for each in taken):
                    yield Fault(
                        path=("servers", name, "path_patterns", index),
                        given=shown(pattern),
                        allowed="a path that overlaps with none before it",
                    )
                taken.append(pattern)
