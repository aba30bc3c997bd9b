"""SNS: topics and subscriptions to them."""

from offline.aws.tags import retag
from offline.provider.convert import boolean, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, P, Read, Resource

GONE = ("NotFound",)


def _attribute(name: str, source: P) -> Call:
    """SNS changes one attribute of a topic a call."""
    request = {"TopicArn": ID, "AttributeName": name, "AttributeValue": source}
    return Call("set_topic_attributes", request)


TOPIC = Resource(
    token="aws:sns/topic:Topic",
    service="sns",
    create=Call(
        "create_topic",
        {
            "Name": P("name"),
            "Attributes": {
                "DisplayName": P("displayName"),
                "KmsMasterKeyId": P("kmsMasterKeyId"),
                "Policy": P("policy"),
            },
            "Tags": P("tags", tag_list),
        },
        returns={"id": "TopicArn"},
    ),
    auto_name=AutoName(max_length=256),
    update=(
        _attribute("DisplayName", P("displayName", default="")),
        _attribute("KmsMasterKeyId", P("kmsMasterKeyId", default="")),
        _attribute("Policy", P("policy")),
        retag("tag_resource", "untag_resource", {"ResourceArn": ID}),
    ),
    read=(
        Read(
            "get_topic_attributes",
            {"TopicArn": ID},
            "Attributes",
            {
                "name": From("TopicArn", lambda arn: arn.rsplit(":", 1)[-1]),
                "displayName": "DisplayName",
                "kmsMasterKeyId": "KmsMasterKeyId || ''",
                "policy": "Policy",
                "arn": "TopicArn",
                "owner": "Owner",
            },
        ),
        Read("list_tags_for_resource", {"ResourceArn": ID}, "@", {"tags": From("Tags", tag_map)}),
    ),
    delete=(Call("delete_topic", {"TopicArn": ID}),),
    gone=GONE,
)

TOPIC_SUBSCRIPTION = Resource(
    token="aws:sns/topicSubscription:TopicSubscription",
    service="sns",
    create=Call(
        "subscribe",
        {
            "TopicArn": P("topic"),
            "Protocol": P("protocol"),
            "Endpoint": P("endpoint"),
            # Else AWS gives no ARN before the receiver has confirmed.
            "ReturnSubscriptionArn": True,
        },
        returns={"id": "SubscriptionArn"},
    ),
    read=(
        Read(
            "get_subscription_attributes",
            {"SubscriptionArn": ID},
            "Attributes",
            {
                "topic": "TopicArn",
                "protocol": "Protocol",
                "endpoint": "Endpoint",
                "arn": "SubscriptionArn",
                "ownerId": "Owner",
                "pendingConfirmation": From("PendingConfirmation", boolean),
            },
        ),
    ),
    delete=(Call("unsubscribe", {"SubscriptionArn": ID}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (TOPIC, TOPIC_SUBSCRIPTION)
