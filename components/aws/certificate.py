"""The public DNS zone of the application and its TLS certificate."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import acm, route53

from components.identity import Identity

RECORD_TTL_SECONDS = 300

AUTHORITIES = ('0 issue "amazon.com"', '0 issuewild "amazon.com"')
"""Who may issue certificates for the domain and the names below it: Certificate Manager only."""


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """Which domain, and who has its zone."""

    identity: Identity
    domain: str
    zone_id: str | None = None
    """A public zone of the domain that another stack owns; None makes one."""
    protect: bool
    """Refuse, in Pulumi, to delete or replace the zone: a new one has other name servers."""
    retain: bool
    """Leave the zone behind when the stack is destroyed: another stack may have names in it."""


class Certificate(pulumi.ComponentResource):
    """A certificate for the domain and the names directly below it, and the domain's public zone.

    A zone that another stack owns is used as it is. Of a new one, the parent domain must delegate
    to `name_servers` once: ACM issues the certificate only when it finds the validation record
    through public DNS.
    """

    arn: pulumi.Output[str]
    """The certificate, known only once it is validated and can serve."""
    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]]
    """What the parent domain must delegate to; none when another stack owns the zone."""

    def __init__(
        self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Certificate", name, None, opts)
        if args.zone_id is None:
            zone = self._zone(name, args)
            self.zone_id = zone.zone_id
            self.name_servers = zone.name_servers.apply(list)
        else:
            self.zone_id = pulumi.Output.from_input(args.zone_id)
            self.name_servers = pulumi.Output.from_input(list[str]())
        certificate = self._certificate(name, args)
        self.arn = self._validate(name, args, certificate)
        self.register_outputs(
            {"arn": self.arn, "zone_id": self.zone_id, "name_servers": self.name_servers}
        )

    def _zone(self, name: str, args: CertificateArgs) -> route53.Zone:
        zone = route53.Zone(
            f"{name}-zone",
            name=args.domain,
            tags=args.identity.tags("network", args.domain),
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect, retain_on_delete=args.retain
            ),
        )
        route53.Record(
            f"{name}-authorities",
            zone_id=zone.zone_id,
            name=args.domain,
            type="CAA",
            records=AUTHORITIES,
            ttl=RECORD_TTL_SECONDS,
            opts=pulumi.ResourceOptions(parent=self, retain_on_delete=args.retain),
        )
        return zone

    def _certificate(self, name: str, args: CertificateArgs) -> acm.Certificate:
        return acm.Certificate(
            f"{name}-certificate",
            domain_name=args.domain,
            subject_alternative_names=[f"*.{args.domain}"],
            validation_method="DNS",
            tags=args.identity.tags("network", args.domain),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _validate(
        self, name: str, args: CertificateArgs, certificate: acm.Certificate
    ) -> pulumi.Output[str]:
        # The domain and its wildcard share one validation record.
        option = certificate.domain_validation_options[0]
        record = route53.Record(
            f"{name}-validation-record",
            zone_id=self.zone_id,
            name=option.apply(lambda o: o.resource_record_name or ""),
            type=option.apply(lambda o: o.resource_record_type or ""),
            records=[option.apply(lambda o: o.resource_record_value or "")],
            ttl=RECORD_TTL_SECONDS,
            # In one account, a domain has the same record in every region: the stack that owns
            # the zone made it already, and each still needs it when the other one is gone.
            allow_overwrite=True if args.zone_id else None,
            opts=pulumi.ResourceOptions(
                parent=self, retain_on_delete=args.retain or args.zone_id is not None
            ),
        )
        validation = acm.CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return validation.certificate_arn
