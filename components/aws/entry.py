"""The way in: load balancer, web firewall and the public names."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import route53

from components.aws.foundation import Foundation
from components.aws.load_balancer import LoadBalancer, LoadBalancerArgs
from components.aws.web_firewall import WebFirewall, WebFirewallArgs
from components.identity import Identity
from settings import Settings

PUBLIC_NAMES = ("api", "ws")
"""Both lead to the same load balancer, which routes by path; the second is for clients that want
to tell websockets apart by name."""


@dataclass(frozen=True, kw_only=True)
class EntryArgs:
    """One environment, and what it stands on."""

    identity: Identity
    settings: Settings
    foundation: Foundation


class Entry(pulumi.ComponentResource):
    """All that the internet can reach."""

    balancer: LoadBalancer

    def __init__(
        self, name: str, args: EntryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Entry", name, None, opts)
        self.balancer = self._load_balancer(args)
        self._web_firewall(args)
        # Until it takes over, the stack that is recovered has the names.
        if args.settings.recovery is None or args.settings.recovery.take_over:
            self._public_records(args)
        self.register_outputs({"dns_name": self.balancer.dns_name})

    def _load_balancer(self, args: EntryArgs) -> LoadBalancer:
        foundation = args.foundation
        balancer = LoadBalancerArgs(
            identity=args.identity,
            vpc_id=foundation.network.vpc_id,
            subnet_ids=foundation.network.public_subnet_ids,
            security_group_id=foundation.groups["load-balancer"],
            certificate_arn=foundation.certificate.arn,
            groups=args.settings.servers,
            log_bucket=foundation.logs.writable,
            protect=args.settings.protect,
        )
        return LoadBalancer("load-balancer", balancer, opts=pulumi.ResourceOptions(parent=self))

    def _web_firewall(self, args: EntryArgs) -> None:
        WebFirewall(
            "web-firewall",
            WebFirewallArgs(
                identity=args.identity,
                load_balancer_arn=self.balancer.arn,
                kms_key_arn=args.foundation.key_arn,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _public_records(self, args: EntryArgs) -> None:
        # A record is deleted by its name, whomever it leads to by then: only who deletes the zone
        # as well can know that no other stack has taken the names over.
        outlives = args.settings.keeps_data or args.settings.recovery is not None
        for label in PUBLIC_NAMES:
            route53.Record(
                f"{label}-record",
                zone_id=args.foundation.certificate.zone_id,
                name=f"{label}.{args.settings.domain}",
                type="A",
                # Taken from the stack that is recovered.
                allow_overwrite=True if args.settings.recovery else None,
                aliases=[
                    route53.RecordAliasArgs(
                        name=self.balancer.dns_name,
                        zone_id=self.balancer.zone_id,
                        evaluate_target_health=True,
                    )
                ],
                opts=pulumi.ResourceOptions(parent=self, retain_on_delete=outlives),
            )
