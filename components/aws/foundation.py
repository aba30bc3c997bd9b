"""What everything else stands on: keys, network, names, the log bucket and the alert topic."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.aws.bucket_policy import log_delivery
from components.aws.certificate import Certificate, CertificateArgs
from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.aws.encryption import EncryptionKey, EncryptionKeyArgs
from components.aws.endpoints import VpcEndpoints, VpcEndpointsArgs
from components.aws.firewall import Firewall, FirewallArgs
from components.aws.network import Network, NetworkArgs
from components.aws.notifications import Notifications, NotificationsArgs
from components.aws.storage import Bucket, BucketArgs
from components.identity import Identity, Role
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class FoundationArgs:
    """One environment."""

    identity: Identity
    settings: Settings


class Foundation(pulumi.ComponentResource):
    """Network, encryption, names and alerts of one environment; it holds no user's data."""

    account_id: pulumi.Output[str]
    key_arn: pulumi.Output[str]
    """Encrypts all data of the stack's region."""
    network: Network
    reachable: list[pulumi.Resource]
    """What servers wait for, which install packages at first boot: a subnet is known long before
    its NAT gateway and its routes work."""
    groups: dict[Role, pulumi.Output[str]]
    """Security groups by role."""
    certificate: Certificate
    names: PrivateZone
    logs: Bucket
    notifications: Notifications

    def __init__(
        self, name: str, args: FoundationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Foundation", name, None, opts)
        self._identity, self._settings = args.identity, args.settings
        self._child = pulumi.ResourceOptions(parent=self)
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        self.account_id = caller.account_id
        self.key_arn = self.encryption_key("encryption", self._settings.region)
        self.network = self._network()
        self.reachable = [self.network, self._endpoints()]
        self.groups = self._firewall()
        self.certificate = self._public_zone()
        self.names = self._private_zone()
        self.logs = self._log_bucket()
        self.notifications = self._alert_topic()
        self.register_outputs({"key_arn": self.key_arn})

    def encryption_key(self, name: str, region: str) -> pulumi.Output[str]:
        """Make a key in a region, which may be another one than the stack's; return its ARN."""
        args = EncryptionKeyArgs(
            identity=self._identity,
            region=region,
            account_id=self.account_id,
            protect=self._settings.protect,
            retain=self._settings.keeps_data,
        )
        return EncryptionKey(name, args, opts=self._child).arn

    def _network(self) -> Network:
        args = NetworkArgs(
            identity=self._identity,
            settings=self._settings.network,
            region=self._settings.region,
            kms_key_arn=self.key_arn,
            protect=self._settings.protect,
        )
        return Network("network", args, opts=self._child)

    def _endpoints(self) -> VpcEndpoints:
        args = VpcEndpointsArgs(
            identity=self._identity,
            region=self._settings.region,
            vpc_id=self.network.vpc_id,
            vpc_cidr=self.network.cidr,
            subnet_ids=self.network.private_subnet_ids,
        )
        return VpcEndpoints("endpoints", args, opts=self._child)

    def _firewall(self) -> dict[Role, pulumi.Output[str]]:
        args = FirewallArgs(
            identity=self._identity,
            vpc_id=self.network.vpc_id,
            ssh_cidrs=self._settings.network.ssh_cidrs,
        )
        return Firewall("firewall", args, opts=self._child).group_ids

    def _public_zone(self) -> Certificate:
        recovery = self._settings.recovery
        args = CertificateArgs(
            identity=self._identity,
            domain=self._settings.domain,
            zone_id=recovery.public_zone_id if recovery else None,
            protect=self._settings.protect,
            retain=self._settings.keeps_data,
        )
        return Certificate("certificate", args, opts=self._child)

    def _private_zone(self) -> PrivateZone:
        args = PrivateZoneArgs(
            identity=self._identity, domain=self._settings.domain, vpc_id=self.network.vpc_id
        )
        return PrivateZone("names", args, opts=self._child)

    def _log_bucket(self) -> Bucket:
        args = BucketArgs(
            identity=self._identity,
            purpose="logs",
            settings=self._settings.storage,
            kms_key_arn=None,
            protect=self._settings.protect,
            role="audit",
            statements=lambda arn: self.account_id.apply(
                lambda account: log_delivery(arn, identity=self._identity, account_id=account)
            ),
        )
        return Bucket("logs", args, opts=self._child)

    def _alert_topic(self) -> Notifications:
        operations = self._settings.operations
        args = NotificationsArgs(
            identity=self._identity,
            region=self._settings.region,
            account_id=self.account_id,
            kms_key_arn=self.key_arn,
            alert_email=operations.alert_email,
            slack_webhook_secret_arn=operations.slack_webhook_secret_arn,
        )
        return Notifications("notifications", args, opts=self._child)
