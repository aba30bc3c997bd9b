"""EventBridge: rules, and whom they tell."""

from offline.aws.tags import retag
from offline.provider.convert import json_text, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource

GONE = ("ResourceNotFoundException",)

_RULE = {
    "Name": P("name", replaces=True),
    "Description": P("description"),
    "EventPattern": P("eventPattern"),
    "State": P("state"),
}

EVENT_RULE = Resource(
    token="aws:cloudwatch/eventRule:EventRule",
    service="events",
    create=Call("put_rule", {**_RULE, "Tags": P("tags", tag_list)}, returns={"arn": "RuleArn"}),
    id="{name}",
    auto_name=AutoName(max_length=64),
    update=(
        Call("put_rule", _RULE),
        retag("tag_resource", "untag_resource", {"ResourceARN": K("arn")}),
    ),
    read=(
        Read(
            "describe_rule",
            {"Name": ID},
            "@",
            {
                "name": "Name",
                "description": "Description",
                "eventPattern": From("EventPattern", json_text),
                "state": "State",
                "arn": "Arn",
            },
        ),
        Read(
            "list_tags_for_resource",
            {"ResourceARN": K("arn")},
            "@",
            {"tags": From("Tags || `[]`", tag_map)},
        ),
    ),
    delete=(Call("delete_rule", {"Name": ID}),),
    gone=GONE,
)

_TARGET = {
    "Rule": P("rule", replaces=True),
    "Targets": [{"Id": P("targetId", replaces=True), "Arn": P("arn")}],
}

EVENT_TARGET = Resource(
    token="aws:cloudwatch/eventTarget:EventTarget",
    service="events",
    create=Call("put_targets", _TARGET),
    id="{rule}-{targetId}",
    auto_name=AutoName("targetId", max_length=64),
    update=(Call("put_targets", _TARGET),),
    read=(
        Read(
            "list_targets_by_rule",
            {"Rule": K("rule")},
            "Targets[?Id == '$targetId'] | [0]",
            {"targetId": "Id", "arn": "Arn"},
        ),
    ),
    delete=(Call("remove_targets", {"Rule": K("rule"), "Ids": [K("targetId")]}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (EVENT_RULE, EVENT_TARGET)
