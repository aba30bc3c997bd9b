"""CloudWatch Logs: log groups."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.table import ID, AutoName, Call, K, P, Read, Resource, Run, Scope


def _retain(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"logGroupName": new["id"]}
    if days := new["retentionInDays"]:
        invoke(client, "put_retention_policy", {**group, "retentionInDays": days})
    else:  # For ever.
        invoke(client, "delete_retention_policy", group)
    return {}


def _encrypt(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"logGroupName": new["id"]}
    if key := new["kmsKeyId"]:
        invoke(client, "associate_kms_key", {**group, "kmsKeyId": key})
    else:
        invoke(client, "disassociate_kms_key", group)
    return {}


LOG_GROUP = Resource(
    token="aws:cloudwatch/logGroup:LogGroup",
    service="logs",
    create=Call(
        "create_log_group",
        {"logGroupName": P("name"), "kmsKeyId": P("kmsKeyId"), "tags": P("tags")},
    ),
    id="{name}",
    auto_name=AutoName(max_length=512),
    configure=(Run(_retain, uses=(P("retentionInDays", default=0),)),),
    update=(
        Run(_encrypt, uses=(P("kmsKeyId", default=""),)),
        retag(
            "tag_resource",
            "untag_resource",
            {"resourceArn": K("arn")},
            tags_as=dict,
            tags_name="tags",
            keys_name="tagKeys",
        ),
    ),
    read=(
        Read(
            "describe_log_groups",
            {"logGroupNamePrefix": ID},
            "logGroups[?logGroupName == '$id'] | [0]",
            {
                "name": "logGroupName",
                "kmsKeyId": "kmsKeyId || ''",
                "retentionInDays": "retentionInDays || `0`",
                "arn": "logGroupArn",
            },
        ),
        Read("list_tags_log_group", {"logGroupName": ID}, "@", {"tags": "tags"}),
    ),
    delete=(Call("delete_log_group", {"logGroupName": ID}),),
    gone=("ResourceNotFoundException",),
)

RESOURCES: tuple[Resource, ...] = (LOG_GROUP,)
