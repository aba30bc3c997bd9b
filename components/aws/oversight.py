"""What watches the rest: alarms, audit trail, the account's own services, and the budget."""

from dataclasses import dataclass

import pulumi

from components.aws.account_audit import AccountAudit, AccountAuditArgs
from components.aws.alarms import Alarm, Alarms, AlarmsArgs
from components.aws.audit_alarms import AuditAlarms, AuditAlarmsArgs
from components.aws.audit_trail import AuditTrail, AuditTrailArgs, audit_statements
from components.aws.budget import CostBudget, CostBudgetArgs
from components.aws.cache import CacheServers
from components.aws.copy_alarms import CopiedBucket, delay_alarms, failure_alarms
from components.aws.data_alarms import backup_alarms, database_alarms, elasticache_alarms
from components.aws.data_stores import DataStores
from components.aws.database_events import DatabaseEvents, DatabaseEventsArgs
from components.aws.entry import Entry
from components.aws.fleet import Fleet
from components.aws.foundation import Foundation
from components.aws.notifications import Notifications, NotificationsArgs
from components.aws.server_alarms import (
    function_alarms,
    monitoring_alarms,
    server_alarms,
    topic_alarms,
)
from components.aws.storage import Bucket, BucketArgs
from components.aws.traffic_alarms import (
    balancer_alarms,
    certificate_alarms,
    group_alarms,
    nat_alarms,
)
from components.identity import Identity
from settings import Settings


@dataclass(frozen=True, kw_only=True)
class OversightArgs:
    """One environment, and all that is watched."""

    identity: Identity
    settings: Settings
    foundation: Foundation
    data: DataStores
    entry: Entry
    fleet: Fleet


class Oversight(pulumi.ComponentResource):
    """Alarms, audit and cost of one environment; all of them tell the alert topic."""

    def __init__(
        self, name: str, args: OversightArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:Oversight", name, None, opts)
        self._args = args
        self._identity, self._foundation = args.identity, args.foundation
        self._topic_arn = args.foundation.notifications.topic_arn
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = self._audit_bucket()
        self._trail(bucket)
        if args.settings.audit.account_services:
            self._account(bucket)
        self._budget()
        self._alarms()
        self._copy_alarms()
        self.register_outputs({})

    def _audit_bucket(self) -> Bucket:
        identity, region = self._identity, self._args.settings.region
        args = BucketArgs(
            identity=identity,
            purpose="audit",
            settings=self._args.settings.storage,
            kms_key_arn=self._foundation.key_arn,
            protect=self._args.settings.protect,
            log_bucket=self._foundation.logs.writable,
            role="audit",
            statements=lambda arn: self._foundation.account_id.apply(
                lambda account: audit_statements(
                    arn, identity=identity, region=region, account_id=account
                )
            ),
        )
        return Bucket("audit", args, opts=self._child)

    def _trail(self, bucket: Bucket) -> None:
        data = self._args.data
        args = AuditTrailArgs(
            identity=self._identity,
            region=self._args.settings.region,
            account_id=self._foundation.account_id,
            kms_key_arn=self._foundation.key_arn,
            bucket=bucket.writable,
            data_buckets=[data.backups.arn, data.media.arn],
        )
        trail = AuditTrail("trail", args, opts=self._child)
        AuditAlarms(
            "audit-alarms",
            AuditAlarmsArgs(
                identity=self._identity,
                log_group=trail.log_group,
                alert_topic_arn=self._topic_arn,
            ),
            opts=self._child,
        )

    def _account(self, bucket: Bucket) -> None:
        args = AccountAuditArgs(
            identity=self._identity,
            account_id=self._foundation.account_id,
            bucket=bucket.writable,
            kms_key_arn=self._foundation.key_arn,
            alert_topic_arn=self._topic_arn,
        )
        AccountAudit("account", args, opts=self._child)

    def _budget(self) -> None:
        args = CostBudgetArgs(
            identity=self._identity,
            account_id=self._foundation.account_id,
            monthly_usd=self._args.settings.audit.monthly_budget_usd,
            alert_topic_arn=self._topic_arn,
        )
        CostBudget("budget", args, opts=self._child)

    def _alarms(self) -> None:
        database = self._args.data.database
        DatabaseEvents(
            "database-events",
            DatabaseEventsArgs(
                identity=self._identity,
                topic_arn=self._topic_arn,
                instance_identifiers=[database.identifier, database.replica_identifier],
            ),
            opts=self._child,
        )
        alarms = {
            **self._traffic_alarms(),
            **self._data_alarms(),
            **self._operations_alarms(),
        }
        args = AlarmsArgs(identity=self._identity, topic_arn=self._topic_arn, alarms=alarms)
        Alarms("alarms", args, opts=self._child)

    def _copied_buckets(self) -> dict[str, CopiedBucket]:
        data = self._args.data
        if data.copies is None:
            return {}
        return {
            "backups": CopiedBucket(source=data.backups.bucket, copy=data.copies.backups),
            "media": CopiedBucket(source=data.media.bucket, copy=data.copies.media),
        }

    def _copy_alarms(self) -> None:
        """What only the second region can tell, to a topic there: it mails without the first."""
        copies, settings = self._args.data.copies, self._args.settings
        region = settings.storage.copy_region
        if copies is None or region is None:
            return
        notifications = NotificationsArgs(
            identity=self._identity,
            region=region,
            account_id=self._foundation.account_id,
            kms_key_arn=copies.kms_key_arn,
            alert_email=settings.operations.alert_email,
            slack_webhook_secret_arn=None,
        )
        topic_arn = Notifications("copy-notifications", notifications, opts=self._child).topic_arn
        alarms: dict[str, Alarm] = {}
        for purpose, copied in self._copied_buckets().items():
            alarms |= delay_alarms(purpose, copied)
        args = AlarmsArgs(
            identity=self._identity, topic_arn=topic_arn, alarms=alarms, region=region
        )
        Alarms("copy-alarms", args, opts=self._child)

    def _traffic_alarms(self) -> dict[str, Alarm]:
        balancer, groups = self._args.entry.balancer, self._args.fleet.groups
        alarms = {
            **balancer_alarms(balancer.arn_suffix),
            **certificate_alarms(self._foundation.certificate.arn),
            **nat_alarms(self._foundation.network.nat_gateway_ids),
        }
        for group, settings in self._args.settings.servers.items():
            alarms |= group_alarms(
                group,
                settings.role,
                group_name=groups[group].name,
                min_size=settings.min_size,
                max_size=settings.max_size,
                balancer_arn_suffix=balancer.arn_suffix,
                target_group_arn_suffix=balancer.target_group_arn_suffixes[group],
            )
        return alarms

    def _data_alarms(self) -> dict[str, Alarm]:
        data, settings = self._args.data, self._args.settings
        storage = settings.database.storage_gib
        alarms = {
            **database_alarms(data.database.identifier, storage),
            **database_alarms(data.database.replica_identifier, storage, is_replica=True),
            **backup_alarms(settings.environment),
        }
        for purpose, copied in self._copied_buckets().items():
            alarms |= failure_alarms(purpose, copied)
        if not isinstance(data.cache, CacheServers):
            return alarms | elasticache_alarms(data.cache.replication_group_id)
        for name, instance_id in zip(("a", "b"), data.cache.instance_ids, strict=True):
            alarms |= server_alarms(
                f"cache-{name}", "cache", instance_id=instance_id, region=settings.region
            )
        return alarms

    def _operations_alarms(self) -> dict[str, Alarm]:
        notifications = self._foundation.notifications
        alarms = {
            **server_alarms(
                "operations",
                "monitoring",
                instance_id=self._args.fleet.operations.instance_id,
                region=self._args.settings.region,
            ),
            **function_alarms(
                "password-rotation", "database", self._args.data.rotation.function_name
            ),
            **topic_alarms(notifications.topic_name),
            **monitoring_alarms(self._args.settings.environment),
        }
        if notifications.notifier_name is not None:
            alarms |= function_alarms("notifier", "monitoring", notifications.notifier_name)
        return alarms
