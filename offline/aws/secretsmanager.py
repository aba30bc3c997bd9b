"""Secrets Manager: secrets, their versions, and the rotation of them."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("ResourceNotFoundException", "InvalidRequestException")
"""The second is the answer for a secret that is marked as deleted."""

CURRENT = "AWSCURRENT"


def _delete_secret(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    days = new.get("recoveryWindowInDays", 30)
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    invoke(client, "delete_secret", {"SecretId": new["id"], **how})
    return {}


SECRET = Resource(
    token="aws:secretsmanager/secret:Secret",
    service="secretsmanager",
    create=Call(
        "create_secret",
        {
            "Name": P("name"),
            "Description": P("description"),
            "KmsKeyId": P("kmsKeyId"),
            "Tags": P("tags", tag_list),
        },
        returns={"id": "ARN"},
    ),
    auto_name=AutoName(max_length=512),
    update=(
        Call(
            "update_secret",
            {"SecretId": ID, "Description": P("description"), "KmsKeyId": P("kmsKeyId")},
        ),
        retag("tag_resource", "untag_resource", {"SecretId": ID}),
    ),
    read=(
        Read(
            "describe_secret",
            {"SecretId": ID},
            "[@][?!DeletedDate] | [0]",
            {
                "name": "Name",
                "description": "Description",
                "kmsKeyId": "KmsKeyId",
                "arn": "ARN",
                "tags": From("Tags || `[]`", tag_map),
            },
        ),
    ),
    delete=(Run(_delete_secret),),
    options=frozenset({"recoveryWindowInDays"}),
    gone=GONE,
)


def _retire_version(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Take the version's labels away, so that AWS forgets it.

    The current version keeps its own: a secret cannot be without one and takes it along when it
    is deleted.
    """
    version = {"SecretId": new["secretId"], "VersionId": new["versionId"]}
    for stage in invoke(client, "get_secret_value", version)["VersionStages"]:
        if stage != CURRENT:
            request = {
                "SecretId": new["secretId"],
                "VersionStage": stage,
                "RemoveFromVersionId": new["versionId"],
            }
            invoke(client, "update_secret_version_stage", request)
    return {}


SECRET_VERSION = Resource(
    token="aws:secretsmanager/secretVersion:SecretVersion",
    service="secretsmanager",
    create=Call(
        "put_secret_value",
        {
            "SecretId": P("secretId"),
            "SecretString": P("secretString"),
            "VersionStages": P("versionStages"),
        },
        returns={"versionId": "VersionId"},
    ),
    id="{secretId}|{versionId}",
    read=(
        Read(
            "get_secret_value",
            {"SecretId": K("secretId"), "VersionId": K("versionId")},
            # A version without labels is only waiting to be cleaned up.
            "[@][?VersionStages] | [0]",
            {"secretString": "SecretString", "versionStages": "VersionStages", "arn": "ARN"},
        ),
    ),
    delete=(Run(_retire_version),),
    secret_outputs=frozenset({"secretString"}),
    gone=GONE,
)

SCHEDULE: Mapping[str, Any] = {
    "RotationLambdaARN": P("rotationLambdaArn"),
    "RotationRules": P("rotationRules", pascal),
    "RotateImmediately": P("rotateImmediately"),
}

SECRET_ROTATION = Resource(
    token="aws:secretsmanager/secretRotation:SecretRotation",
    service="secretsmanager",
    create=Call("rotate_secret", {"SecretId": P("secretId"), **SCHEDULE}),
    id="{secretId}",
    update=(Call("rotate_secret", {"SecretId": ID, **SCHEDULE}),),
    read=(
        Read(
            "describe_secret",
            {"SecretId": ID},
            "[@][?RotationEnabled] | [0]",
            {
                "rotationEnabled": "RotationEnabled",
                "rotationLambdaArn": "RotationLambdaARN",
                "rotationRules": From("RotationRules", camel),
            },
        ),
    ),
    delete=(Call("cancel_rotate_secret", {"SecretId": ID}),),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (SECRET, SECRET_VERSION, SECRET_ROTATION)
