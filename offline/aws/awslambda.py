"""Lambda: functions, and who may call them."""

import json
from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.assets import zip_archive
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("ResourceNotFoundException",)


def _environment(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"Variables": given.get("variables", {})}


def _told_environment(told: Mapping[str, Any]) -> dict[str, Any]:
    return {"variables": told["Variables"]}


CONFIGURATION: Mapping[str, Any] = {
    "Description": P("description", default=""),
    "Role": P("role"),
    "Handler": P("handler"),
    "Runtime": P("runtime"),
    "MemorySize": P("memorySize", default=128),
    "Timeout": P("timeout", default=3),
    "Environment": P("environment", _environment, default={"variables": {}}),
    "KMSKeyArn": P("kmsKeyArn", default=""),
}

FUNCTION = Resource(
    token="aws:lambda/function:Function",
    service="lambda",
    create=Call(
        "create_function",
        {
            "FunctionName": P("name"),
            "Code": {"ZipFile": P("code", zip_archive)},
            "Architectures": P("architectures"),
            **CONFIGURATION,
            "Tags": P("tags"),
        },
        returns={"arn": "FunctionArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=64),
    update=(
        Call("update_function_configuration", {"FunctionName": ID, **CONFIGURATION}),
        Call(
            "update_function_code",
            {
                "FunctionName": ID,
                "ZipFile": P("code", zip_archive),
                "Architectures": P("architectures"),
            },
        ),
        retag("tag_resource", "untag_resource", {"Resource": K("arn")}, tags_as=dict),
    ),
    read=(
        Read(
            "get_function",
            {"FunctionName": ID},
            "@",
            {
                "name": "Configuration.FunctionName",
                "arn": "Configuration.FunctionArn",
                "description": "Configuration.Description",
                "role": "Configuration.Role",
                "handler": "Configuration.Handler",
                "runtime": "Configuration.Runtime",
                "architectures": "Configuration.Architectures",
                "memorySize": "Configuration.MemorySize",
                "timeout": "Configuration.Timeout",
                "environment": From(
                    "Configuration.Environment || {Variables: `{}`}", _told_environment
                ),
                "kmsKeyArn": "Configuration.KMSKeyArn || ''",
                "codeSha256": "Configuration.CodeSha256",
                "tags": "Tags || `{}`",
            },
        ),
    ),
    changes_on_update=frozenset({"codeSha256"}),
    delete=(Call("delete_function", {"FunctionName": ID}),),
    gone=GONE,
)


def _told_permission(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """A function's policy is one text of which each permission is a statement."""
    policy = json.loads(invoke(client, "get_policy", {"FunctionName": new["function"]})["Policy"])
    statement = next(each for each in policy["Statement"] if each["Sid"] == new["statementId"])
    conditions = statement.get("Condition", {})
    arn = statement["Resource"]
    told = {
        "action": statement["Action"],
        "function": arn if new["function"].startswith("arn:") else arn.rsplit(":", 1)[-1],
        "principal": statement["Principal"]["Service"],
        "sourceArn": conditions.get("ArnLike", {}).get("AWS:SourceArn"),
        "sourceAccount": conditions.get("StringEquals", {}).get("AWS:SourceAccount"),
    }
    return {name: value for name, value in told.items() if value is not None}


PERMISSION = Resource(
    token="aws:lambda/permission:Permission",
    service="lambda",
    create=Call(
        "add_permission",
        {
            "FunctionName": P("function"),
            "StatementId": P("statementId"),
            "Action": P("action"),
            "Principal": P("principal"),
            "SourceArn": P("sourceArn"),
            "SourceAccount": P("sourceAccount"),
        },
    ),
    id="{statementId}",
    auto_name=AutoName("statementId", max_length=100),
    read=(
        Read(
            "get_policy",
            {"FunctionName": K("function")},
            # The policy is text; this is as good as JMESPath can look into it.
            """[@][?contains(Policy, '"$statementId"')] | [0]""",
            {},
        ),
        Run(_told_permission),
    ),
    delete=(
        Call("remove_permission", {"FunctionName": K("function"), "StatementId": K("statementId")}),
    ),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (FUNCTION, PERMISSION)
