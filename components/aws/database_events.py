"""What RDS does to the database by itself, told to people."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import rds

from components.identity import Identity

CATEGORIES = ("failover", "failure", "low storage", "maintenance", "read replica")
"""Of RDS's categories for instances, those that somebody should hear of the same day."""


@dataclass(frozen=True, kw_only=True)
class DatabaseEventsArgs:
    """Whose events, and whom they are told to."""

    identity: Identity
    topic_arn: pulumi.Input[str]
    """Of a topic whose policy lets `events.rds.amazonaws.com` publish."""
    instance_identifiers: Sequence[pulumi.Input[str]]


class DatabaseEvents(pulumi.ComponentResource):
    """A subscription of the alert topic to events of the database's instances."""

    def __init__(
        self, name: str, args: DatabaseEventsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:DatabaseEvents", name, None, opts)
        physical_name = args.identity.name(name, limit=255)
        rds.EventSubscription(
            f"{name}-subscription",
            name=physical_name,
            sns_topic=args.topic_arn,
            source_type="db-instance",
            source_ids=args.instance_identifiers,
            event_categories=CATEGORIES,
            tags=args.identity.tags("database", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
