"""S3: buckets, and what configures them one resource each."""

import itertools
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from offline.provider.api import ApiError, invoke
from offline.provider.convert import camel, pascal, tag_list, tag_map
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

# Both make the suffix of `bucketPrefix` 26 characters long, as the official plugin's.
SUFFIX_TIME = "%Y%m%d%H%M%S"
SUFFIX_DIGITS = 12

_suffixes = itertools.count(1)


def _bucket_name(new: Scope) -> str:
    if "bucket" in new:
        return new["bucket"]
    stamp = time.strftime(SUFFIX_TIME, time.gmtime())
    return f"{new['bucketPrefix']}{stamp}{next(_suffixes):0{SUFFIX_DIGITS}x}"


def _create_bucket(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    name, region = _bucket_name(new), client.meta.region_name
    # S3 began in us-east-1, which is no location of its own.
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    lock = {"ObjectLockEnabledForBucket": True} if new.get("objectLockEnabled") else {}
    request = {"Bucket": name, **lock, **(elsewhere if region != "us-east-1" else {})}
    invoke(client, "create_bucket", request)
    return {"bucket": name}


def _delete_bucket(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if new.get("forceDestroy"):
        _empty(client, new["id"])
    invoke(client, "delete_bucket", {"Bucket": new["id"]})
    return {}


def _empty(client: Any, bucket: str) -> None:
    while versions := _some_versions(client, bucket):
        request = {"Bucket": bucket, "Delete": {"Objects": versions}}
        if errors := invoke(client, "delete_objects", request).get("Errors"):
            raise ApiError("delete_objects", errors[0]["Code"], errors[0]["Message"])


def _some_versions(client: Any, bucket: str) -> list[dict[str, str]]:
    """As many objects, with their old versions and deletion markers, as S3 tells in one answer."""
    page = invoke(client, "list_object_versions", {"Bucket": bucket})
    versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]


GONE = ("NoSuchBucket", "404")
NO_LOCK = "ObjectLockConfigurationNotFoundError"

BUCKET = Resource(
    token="aws:s3/bucket:Bucket",
    service="s3",
    create=Run(_create_bucket, uses=(P("bucket"), P("bucketPrefix"), P("objectLockEnabled"))),
    id="{bucket}",
    auto_name=AutoName("bucket", prefix="bucketPrefix"),
    configure=(
        Call(
            "put_bucket_tagging",
            {"Bucket": ID, "Tagging": {"TagSet": P("tags", tag_list, default={})}},
        ),
    ),
    read=(
        Read(
            "list_buckets",
            {"Prefix": ID},
            "Buckets[?Name == '$id'] | [0]",
            {
                "bucket": "Name",
                "arn": From("Name", lambda name: f"arn:aws:s3:::{name}"),
                "bucketDomainName": From("Name", lambda name: f"{name}.s3.amazonaws.com"),
            },
        ),
        Read("head_bucket", {"Bucket": ID}, "@", {"region": "BucketRegion"}),
        Read(
            "get_bucket_tagging",
            {"Bucket": ID},
            "@",
            {"tags": From("TagSet || `[]`", tag_map)},
            optional=True,
        ),
        Read(
            "get_object_lock_configuration",
            {"Bucket": ID},
            "ObjectLockConfiguration",
            {"objectLockEnabled": From("ObjectLockEnabled", lambda told: told == "Enabled")},
            optional=True,
        ),
    ),
    delete=(Run(_delete_bucket),),
    options=frozenset({"forceDestroy"}),
    gone=(*GONE, "NoSuchTagSet", NO_LOCK),
)

IRREGULAR = {"id": "ID", "sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}
to_api = partial(pascal, irregular=IRREGULAR)
from_api = partial(camel, irregular=IRREGULAR)


def bucket_part(name: str, put: Call, read: Read, delete: Call, *absent: str) -> Resource:
    """A part of a bucket's configuration. One call creates and updates it, always as a whole.

    `absent` is what S3 answers when the bucket has none of it.
    """
    return Resource(
        token=f"aws:s3/{name[:1].lower()}{name[1:]}:{name}",
        service="s3",
        create=put,
        id="{bucket}",
        update=(put,),
        delete_before_replace=True,
        read=(read,),
        delete=(delete,),
        gone=(*GONE, *absent),
    )


WHICH = {"Bucket": K("bucket")}
OF_BUCKET = {"Bucket": P("bucket", replaces=True)}

VERSIONING = bucket_part(
    "BucketVersioning",
    Call(
        "put_bucket_versioning",
        {**OF_BUCKET, "VersioningConfiguration": P("versioningConfiguration", to_api)},
    ),
    Read(
        "get_bucket_versioning",
        WHICH,
        "[@][?Status] | [0]",
        {"versioningConfiguration": From("{Status: Status}", from_api)},
    ),
    # Once on, versioning can be suspended but never be turned off.
    Call("put_bucket_versioning", {**WHICH, "VersioningConfiguration": {"Status": "Suspended"}}),
)

ENCRYPTION = bucket_part(
    "BucketServerSideEncryptionConfiguration",
    Call(
        "put_bucket_encryption",
        {**OF_BUCKET, "ServerSideEncryptionConfiguration": {"Rules": P("rules", to_api)}},
    ),
    Read(
        "get_bucket_encryption",
        WHICH,
        "ServerSideEncryptionConfiguration",
        {"rules": From("Rules", from_api)},
    ),
    Call("delete_bucket_encryption", WHICH),
    "ServerSideEncryptionConfigurationNotFoundError",
)

ACCESS_SWITCHES = {
    "blockPublicAcls": "BlockPublicAcls",
    "blockPublicPolicy": "BlockPublicPolicy",
    "ignorePublicAcls": "IgnorePublicAcls",
    "restrictPublicBuckets": "RestrictPublicBuckets",
}

PUBLIC_ACCESS_BLOCK = bucket_part(
    "BucketPublicAccessBlock",
    Call(
        "put_public_access_block",
        {
            **OF_BUCKET,
            "PublicAccessBlockConfiguration": {
                api: P(ours, default=False) for ours, api in ACCESS_SWITCHES.items()
            },
        },
    ),
    Read(
        "get_public_access_block",
        WHICH,
        "PublicAccessBlockConfiguration",
        ACCESS_SWITCHES,
    ),
    Call("delete_public_access_block", WHICH),
    "NoSuchPublicAccessBlockConfiguration",
)

OWNERSHIP_CONTROLS = bucket_part(
    "BucketOwnershipControls",
    Call(
        "put_bucket_ownership_controls",
        {**OF_BUCKET, "OwnershipControls": {"Rules": P("rule", lambda rule: [to_api(rule)])}},
    ),
    Read(
        "get_bucket_ownership_controls",
        WHICH,
        "OwnershipControls",
        {"rule": From("Rules[0]", from_api)},
    ),
    Call("delete_bucket_ownership_controls", WHICH),
    "OwnershipControlsNotFoundError",
)

LIFECYCLE = bucket_part(
    "BucketLifecycleConfiguration",
    Call(
        "put_bucket_lifecycle_configuration",
        {**OF_BUCKET, "LifecycleConfiguration": {"Rules": P("rules", to_api)}},
    ),
    Read("get_bucket_lifecycle_configuration", WHICH, "@", {"rules": From("Rules", from_api)}),
    Call("delete_bucket_lifecycle", WHICH),
    "NoSuchLifecycleConfiguration",
)

POLICY = bucket_part(
    "BucketPolicy",
    Call("put_bucket_policy", {**OF_BUCKET, "Policy": P("policy")}),
    Read("get_bucket_policy", WHICH, "@", {"policy": "Policy"}),
    Call("delete_bucket_policy", WHICH),
    "NoSuchBucketPolicy",
)

OBJECT_LOCK = bucket_part(
    "BucketObjectLockConfiguration",
    Call(
        "put_object_lock_configuration",
        {
            **OF_BUCKET,
            "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": P("rule", to_api)},
        },
    ),
    Read(
        "get_object_lock_configuration",
        WHICH,
        "[ObjectLockConfiguration][?Rule] | [0]",
        {"rule": From("Rule", from_api)},
    ),
    # Once enabled it stays so; what ends is the default for new objects.
    Call(
        "put_object_lock_configuration",
        {**WHICH, "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
    ),
    NO_LOCK,
)

LOGGING_REQUEST: Mapping[str, Any] = {
    "TargetBucket": P("targetBucket"),
    "TargetPrefix": P("targetPrefix"),
    "TargetObjectKeyFormat": P("targetObjectKeyFormat", to_api),
}

LOGGING = bucket_part(
    "BucketLogging",
    Call(
        "put_bucket_logging",
        {**OF_BUCKET, "BucketLoggingStatus": {"LoggingEnabled": LOGGING_REQUEST}},
    ),
    Read(
        "get_bucket_logging",
        WHICH,
        "LoggingEnabled",
        {
            "targetBucket": "TargetBucket",
            "targetPrefix": "TargetPrefix",
            "targetObjectKeyFormat": From("TargetObjectKeyFormat", from_api),
        },
    ),
    Call("put_bucket_logging", {**WHICH, "BucketLoggingStatus": {}}),
)

RESOURCES: tuple[Resource, ...] = (
    BUCKET,
    VERSIONING,
    ENCRYPTION,
    PUBLIC_ACCESS_BLOCK,
    OWNERSHIP_CONTROLS,
    LIFECYCLE,
    LOGGING,
    OBJECT_LOCK,
    POLICY,
)
