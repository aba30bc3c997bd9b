"""S3: objects with a content that the program gives."""

from collections.abc import Mapping
from typing import Any

from offline.provider.api import invoke
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import From, K, P, Read, Resource, Run, Scope

WHICH = {"Bucket": K("bucket"), "Key": K("key")}


def _put(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    request = {"Bucket": new["bucket"], "Key": new["key"], "Body": new["content"].encode()}
    if "contentType" in new:
        request["ContentType"] = new["contentType"]
    invoke(client, "put_object", request)
    # A new version has no tags of the old one.
    return _tag(client, new, old)


def _tag(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    which = {"Bucket": new["bucket"], "Key": new["key"]}
    if tags := new.get("tags", {}):
        tagging = {"Tagging": {"TagSet": tag_list(tags)}}
        invoke(client, "put_object_tagging", {**which, **tagging})
    else:
        invoke(client, "delete_object_tagging", which)
    return {}


def _read_content(client: Any, state: Scope, _: Scope) -> Mapping[str, Any]:
    which = {"Bucket": state["bucket"], "Key": state["key"]}
    return {"content": invoke(client, "get_object", which)["Body"].read().decode()}


def _delete(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """With every version, as the official plugin does: an emptied bucket can be deleted."""
    bucket, key = new["bucket"], new["key"]
    page = invoke(client, "list_object_versions", {"Bucket": bucket, "Prefix": key})
    for each in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
        if each["Key"] == key:
            request = {"Bucket": bucket, "Key": key, "VersionId": each["VersionId"]}
            invoke(client, "delete_object", request)
    return {}


OBJECT = Resource(
    token="aws:s3/bucketObjectv2:BucketObjectv2",
    service="s3",
    create=Run(
        _put,
        uses=(
            P("bucket", replaces=True),
            P("key", replaces=True),
            P("content"),
            P("contentType"),
            P("tags"),
        ),
    ),
    id="{bucket}/{key}",
    update=(
        Run(_put, uses=(P("content"), P("contentType"))),
        Run(_tag, uses=(P("tags", default={}),)),
    ),
    changes_on_update=frozenset({"etag", "versionId"}),
    read=(
        Read(
            "head_object",
            WHICH,
            "@",
            {
                "contentType": "ContentType",
                "etag": From("ETag", lambda etag: etag.strip('"')),
                "versionId": "VersionId",
            },
        ),
        Run(_read_content),
        Read("get_object_tagging", WHICH, "@", {"tags": From("TagSet", tag_map)}),
    ),
    delete=(Run(_delete),),
    gone=("NoSuchBucket", "NoSuchKey", "404"),
)

RESOURCES: tuple[Resource, ...] = (OBJECT,)
