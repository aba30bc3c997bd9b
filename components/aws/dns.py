"""Names that servers use among themselves."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.identity import Identity

TTL_SECONDS = 60
"""Short, so that a failover reaches every client within a minute."""


@dataclass(frozen=True, kw_only=True)
class PrivateZoneArgs:
    """Below which domain, and for which VPC."""

    identity: Identity
    domain: str
    vpc_id: pulumi.Input[str]


class PrivateZone(pulumi.ComponentResource):
    """The zone `internal.<domain>`, visible only inside the VPC.

    Applications know these names and not the servers behind them, so that a failover changes a
    record and no configuration (guide, Failover Procedures).
    """

    name: str
    zone_id: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: PrivateZoneArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:PrivateZone", name, None, opts)
        self.name = f"internal.{args.domain}"
        zone = route53.Zone(
            f"{name}-zone",
            name=self.name,
            vpcs=[route53.ZoneVpcArgs(vpc_id=args.vpc_id)],
            tags=args.identity.tags("network", self.name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.zone_id = zone.zone_id
        self.arn = zone.arn
        self.register_outputs({"zone_id": self.zone_id, "name": self.name})

    def add_alias(
        self, label: str, target: pulumi.Input[str], *, moves: bool = False
    ) -> pulumi.Output[str]:
        """Point `<label>.internal.<domain>` at another name (CNAME); return the full name.

        It is known once it resolves, so that whoever is given it starts after what it names. For
        a name that is asked for too early, the VPC's resolver answers "unknown" for 15 minutes.

        A name that `moves` has its first target only: something else changes the record from then
        on, and no update of the stack ever turns it back.
        """
        return self._record(label, "CNAME", target, moves=moves)

    def add_address(
        self,
        label: str,
        address: pulumi.Input[str],
        *,
        ttl_seconds: int = TTL_SECONDS,
        moves: bool = False,
    ) -> pulumi.Output[str]:
        """Point `<label>.internal.<domain>` at an IPv4 address (A); return the name likewise.

        One that `moves` is the first one only, as with `add_alias`.
        """
        return self._record(label, "A", address, ttl_seconds=ttl_seconds, moves=moves)

    def _record(
        self,
        label: str,
        type_: str,
        value: pulumi.Input[str],
        *,
        ttl_seconds: int = TTL_SECONDS,
        moves: bool = False,
    ) -> pulumi.Output[str]:
        return route53.Record(
            f"{self.pulumi_resource_name}-{label}",
            zone_id=self.zone_id,
            name=f"{label}.{self.name}",
            type=type_,
            ttl=ttl_seconds,
            records=[value],
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["records"] if moves else None),
        ).fqdn
