"""The whole platform on AWS: its five parts, wired together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.aws.data_stores import DataStores, DataStoresArgs
from components.aws.entry import Entry, EntryArgs
from components.aws.fleet import Fleet, FleetArgs
from components.aws.foundation import Foundation, FoundationArgs
from components.aws.oversight import Oversight, OversightArgs
from components.identity import Identity
from components.outputs import CONTRACT_VERSION
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class PlatformArgs:
    """One environment."""

    identity: Identity
    settings: Settings


class Platform(pulumi.ComponentResource):
    """Foundation, data stores, the way in, servers and oversight of one environment."""

    outputs: Mapping[str, pulumi.Input[Any]]
    """The stack's outputs: keys and meaning as in `components.outputs.AwsOutputs`."""

    def __init__(
        self, name: str, args: PlatformArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Platform", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        identity, settings = args.identity, args.settings
        foundation = Foundation(
            "foundation", FoundationArgs(identity=identity, settings=settings), opts=child
        )
        data = DataStores(
            "data",
            DataStoresArgs(identity=identity, settings=settings, foundation=foundation),
            opts=child,
        )
        entry = Entry(
            "entry",
            EntryArgs(identity=identity, settings=settings, foundation=foundation),
            opts=child,
        )
        fleet = Fleet(
            "fleet",
            FleetArgs(
                identity=identity, settings=settings, foundation=foundation, data=data, entry=entry
            ),
            opts=child,
        )
        Oversight(
            "oversight",
            OversightArgs(
                identity=identity,
                settings=settings,
                foundation=foundation,
                data=data,
                entry=entry,
                fleet=fleet,
            ),
            opts=child,
        )
        self.outputs = _contract(settings, foundation, data, entry, fleet)
        self.register_outputs(dict(self.outputs))


def _contract(
    settings: Settings, foundation: Foundation, data: DataStores, entry: Entry, fleet: Fleet
) -> dict[str, pulumi.Input[Any]]:
    domain, network = settings.domain, foundation.network
    return {
        "contract_version": CONTRACT_VERSION,
        "environment": settings.environment,
        "api_url": f"https://api.{domain}",
        "websocket_url": f"wss://ws.{domain}/ws",
        "database_host": data.database_host,
        "database_port": data.database.port,
        "database_name": data.database.database_name,
        "database_replica_host": data.replica_host,
        "database_secret_ref": data.database.secret_arn,
        "cache_host": data.cache.host,
        "cache_port": data.cache.port,
        "cache_tls": data.cache.tls,
        "cache_secret_ref": data.cache.secret_arn,
        "backup_location": pulumi.Output.concat("s3://", data.backups.bucket),
        "media_location": pulumi.Output.concat("s3://", data.media.bucket),
        "prometheus_url": fleet.operations.prometheus_url,
        "grafana_url": fleet.operations.grafana_url,
        "grafana_secret_ref": fleet.operations.grafana_secret_arn,
        "alertmanager_url": fleet.operations.alertmanager_url,
        "region": settings.region,
        "vpc_id": network.vpc_id,
        "public_subnet_ids": network.public_subnet_ids,
        "private_subnet_ids": network.private_subnet_ids,
        "security_group_ids": foundation.groups,
        "load_balancer_dns": entry.balancer.dns_name,
        "name_servers": foundation.certificate.name_servers,
        "alert_topic_arn": foundation.notifications.topic_arn,
        "kms_key_arn": foundation.key_arn,
        "recovery_settings": _recovery(foundation, data),
    }


def _recovery(foundation: Foundation, data: DataStores) -> dict[str, pulumi.Output[str]]:
    if data.copies is None:
        return {}
    return {
        "database_backup_arn": data.copies.database_backup_arn,
        "backups_bucket": data.copies.backups,
        "media_bucket": data.copies.media,
        "kms_key_arn": data.copies.kms_key_arn,
        "public_zone_id": foundation.certificate.zone_id,
    }
