"""KMS: keys and their aliases."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.table import ID, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("NotFoundException",)


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """KMS spells tags like no other service."""
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["TagKey"]: tag["TagValue"] for tag in tags}


def _rotate(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    operation = "enable_key_rotation" if new["enableKeyRotation"] else "disable_key_rotation"
    invoke(client, operation, {"KeyId": new["id"]})
    return {}


KEY = Resource(
    token="aws:kms/key:Key",
    service="kms",
    create=Call(
        "create_key",
        {
            "Description": P("description"),
            "KeyUsage": P("keyUsage"),
            "Policy": P("policy"),
            "Tags": P("tags", _tag_list),
        },
        returns={"id": "KeyMetadata.KeyId"},
    ),
    configure=(Run(_rotate, uses=(P("enableKeyRotation", default=False),)),),
    update=(
        Call("update_key_description", {"KeyId": ID, "Description": P("description")}),
        Call("put_key_policy", {"KeyId": ID, "PolicyName": "default", "Policy": P("policy")}),
        retag("tag_resource", "untag_resource", {"KeyId": ID}, tags_as=_tag_list),
    ),
    read=(
        Read(
            "describe_key",
            {"KeyId": ID},
            # Nothing undoes a deletion except cancelling it: a key that waits for it is gone.
            "[KeyMetadata][?KeyState != 'PendingDeletion'] | [0]",
            {
                "keyId": "KeyId",
                "arn": "Arn",
                "description": "Description",
                "keyUsage": "KeyUsage",
                "isEnabled": "Enabled",
            },
        ),
        Read("get_key_policy", {"KeyId": ID, "PolicyName": "default"}, "@", {"policy": "Policy"}),
        Read(
            "get_key_rotation_status",
            {"KeyId": ID},
            "@",
            {"enableKeyRotation": "KeyRotationEnabled"},
        ),
        Read("list_resource_tags", {"KeyId": ID}, "@", {"tags": From("Tags", _tag_map)}),
    ),
    delete=(
        Call(
            "schedule_key_deletion",
            {"KeyId": ID, "PendingWindowInDays": P("deletionWindowInDays")},
        ),
    ),
    options=frozenset({"deletionWindowInDays"}),
    gone=GONE,
)

ALIAS = Resource(
    token="aws:kms/alias:Alias",
    service="kms",
    create=Call("create_alias", {"AliasName": P("name"), "TargetKeyId": P("targetKeyId")}),
    id="{name}",
    update=(Call("update_alias", {"AliasName": ID, "TargetKeyId": P("targetKeyId")}),),
    delete_before_replace=True,
    read=(
        # An alias stands for its key in every call; the list of aliases alone tells its own ARN.
        Read(
            "describe_key",
            {"KeyId": ID},
            "KeyMetadata",
            {"targetKeyId": "KeyId", "targetKeyArn": "Arn"},
        ),
        Read(
            "list_aliases",
            {"KeyId": K("targetKeyId")},
            "Aliases[?AliasName == '$id'] | [0]",
            {"arn": "AliasArn"},
            optional=True,
        ),
    ),
    delete=(Call("delete_alias", {"AliasName": ID}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (KEY, ALIAS)
