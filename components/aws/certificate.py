"""The public DNS zone of the application and its TLS certificate."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import acm, route53

from components.identity import Identity

VALIDATION_TTL_SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class CertificateArgs:
    """Which domain."""

    identity: Identity
    domain: str


class Certificate(pulumi.ComponentResource):
    """A public zone for the domain, and a certificate for it and the names directly below it.

    The parent domain must delegate to `name_servers` once: ACM issues the certificate only when
    it finds the validation record through public DNS.
    """

    arn: pulumi.Output[str]
    """The certificate, known only once it is validated and can serve."""
    zone_id: pulumi.Output[str]
    name_servers: pulumi.Output[list[str]]

    def __init__(
        self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Certificate", name, None, opts)
        zone = self._zone(name, args)
        certificate = self._certificate(name, args)
        self.arn = self._validate(name, zone, certificate)
        self.zone_id = zone.zone_id
        self.name_servers = zone.name_servers.apply(list)
        self.register_outputs(
            {"arn": self.arn, "zone_id": self.zone_id, "name_servers": self.name_servers}
        )

    def _zone(self, name: str, args: CertificateArgs) -> route53.Zone:
        return route53.Zone(
            f"{name}-zone",
            name=args.domain,
            tags=args.identity.tags("network", args.domain),
            opts=pulumi.ResourceOptions(parent=self),
        )

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
        self, name: str, zone: route53.Zone, certificate: acm.Certificate
    ) -> pulumi.Output[str]:
        # The domain and its wildcard share one validation record.
        option = certificate.domain_validation_options[0]
        record = route53.Record(
            f"{name}-validation-record",
            zone_id=zone.zone_id,
            name=option.apply(lambda o: o.resource_record_name or ""),
            type=option.apply(lambda o: o.resource_record_type or ""),
            records=[option.apply(lambda o: o.resource_record_value or "")],
            ttl=VALIDATION_TTL_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        validation = acm.CertificateValidation(
            f"{name}-validation",
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return validation.certificate_arn
