"""CloudTrail: trails."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

PLURALS = {"startsWiths": "StartsWith", "endsWiths": "EndsWith"}
"""What a program may give several of, the API calls by one name all the same."""

to_api = partial(pascal, irregular=PLURALS)
from_api = partial(camel, irregular=PLURALS)


def _log(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    operation = "start_logging" if new["enableLogging"] else "stop_logging"
    invoke(client, operation, {"Name": new["id"]})
    return {}


_TRAIL = {
    "Name": P("name", replaces=True),
    "S3BucketName": P("s3BucketName"),
    "IncludeGlobalServiceEvents": P("includeGlobalServiceEvents"),
    "IsMultiRegionTrail": P("isMultiRegionTrail"),
    "EnableLogFileValidation": P("enableLogFileValidation"),
    "CloudWatchLogsLogGroupArn": P("cloudWatchLogsGroupArn"),
    "CloudWatchLogsRoleArn": P("cloudWatchLogsRoleArn"),
    "KmsKeyId": P("kmsKeyId"),
}

TRAIL = Resource(
    token="aws:cloudtrail/trail:Trail",
    service="cloudtrail",
    create=Call(
        "create_trail", {**_TRAIL, "TagsList": P("tags", tag_list)}, returns={"id": "TrailARN"}
    ),
    auto_name=AutoName(max_length=128),
    configure=(
        Call(
            "put_event_selectors",
            {"TrailName": ID, "AdvancedEventSelectors": P("advancedEventSelectors", to_api)},
        ),
        Run(_log, uses=(P("enableLogging", default=False),)),
    ),
    update=(
        Call("update_trail", _TRAIL),
        retag(
            "add_tags",
            "remove_tags",
            {"ResourceId": ID},
            tags_name="TagsList",
            keys_as=lambda keys: [{"Key": key} for key in keys],
            keys_name="TagsList",
        ),
    ),
    read=(
        Read(
            "get_trail",
            {"Name": ID},
            "Trail",
            {
                "name": "Name",
                "s3BucketName": "S3BucketName",
                "includeGlobalServiceEvents": "IncludeGlobalServiceEvents",
                "isMultiRegionTrail": "IsMultiRegionTrail",
                "enableLogFileValidation": "LogFileValidationEnabled",
                "cloudWatchLogsGroupArn": "CloudWatchLogsLogGroupArn",
                "cloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
                "kmsKeyId": "KmsKeyId",
                "arn": "TrailARN",
            },
        ),
        Read("get_trail_status", {"Name": ID}, "@", {"enableLogging": "IsLogging"}),
        Read(
            "get_event_selectors",
            {"TrailName": ID},
            "[@][?AdvancedEventSelectors] | [0]",
            {"advancedEventSelectors": From("AdvancedEventSelectors", from_api)},
            optional=True,
        ),
        Read(
            "list_tags",
            {"ResourceIdList": [ID]},
            "ResourceTagList[0]",
            {"tags": From("TagsList || `[]`", tag_map)},
        ),
    ),
    delete=(Call("delete_trail", {"Name": K("name")}),),
    gone=("TrailNotFoundException",),
)

RESOURCES: tuple[Resource, ...] = (TRAIL,)
