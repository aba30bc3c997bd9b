"""RDS: subscriptions of topics to what happens to instances."""

from collections.abc import Mapping
from typing import Any

from offline.aws.rds import RETAG, TAGS
from offline.provider.api import invoke
from offline.provider.convert import tag_list
from offline.provider.table import ID, AutoName, Call, K, P, Read, Resource, Run, Scope

SETTINGS: Mapping[str, Any] = {
    "SnsTopicArn": P("snsTopic"),
    "SourceType": P("sourceType"),
    "EventCategories": P("eventCategories", default=[]),
    "Enabled": P("enabled", default=True),
}


def _change_sources(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """RDS adds and removes one instance a call."""
    wanted, present = set(new["sourceIds"]), set(old.get("sourceIds", []))
    subscription = {"SubscriptionName": new["id"]}
    for source in sorted(wanted - present):
        request = {**subscription, "SourceIdentifier": source}
        invoke(client, "add_source_identifier_to_subscription", request)
    for source in sorted(present - wanted):
        request = {**subscription, "SourceIdentifier": source}
        invoke(client, "remove_source_identifier_from_subscription", request)
    return {}


EVENT_SUBSCRIPTION = Resource(
    token="aws:rds/eventSubscription:EventSubscription",
    service="rds",
    create=Call(
        "create_event_subscription",
        {
            "SubscriptionName": P("name"),
            **SETTINGS,
            "SourceIds": P("sourceIds"),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "EventSubscription.EventSubscriptionArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    update=(
        Call("modify_event_subscription", {"SubscriptionName": ID, **SETTINGS}),
        Run(_change_sources, uses=(P("sourceIds"),)),
        RETAG,
    ),
    read=(
        Read(
            "describe_event_subscriptions",
            {"SubscriptionName": ID},
            "EventSubscriptionsList[0]",
            {
                "name": "CustSubscriptionId",
                "arn": "EventSubscriptionArn",
                "snsTopic": "SnsTopicArn",
                "sourceType": "SourceType",
                "sourceIds": "SourceIdsList",
                "eventCategories": "EventCategoriesList",
                "enabled": "Enabled",
            },
        ),
        Read("list_tags_for_resource", {"ResourceName": K("arn")}, "@", {"tags": TAGS}),
    ),
    delete=(Call("delete_event_subscription", {"SubscriptionName": ID}),),
    gone=("SubscriptionNotFound",),
)

RESOURCES: tuple[Resource, ...] = (EVENT_SUBSCRIPTION,)
