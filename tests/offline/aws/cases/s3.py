"""S3."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase


def a_bucket(account: Account) -> str:
    return account.create("aws:s3/bucket:Bucket", bucket=account.unique("bucket"))["bucket"]


def bucket(account: Account) -> Case:
    return Case(
        token="aws:s3/bucket:Bucket",
        inputs={"bucket": account.unique("media"), "forceDestroy": True, "tags": TAGS},
        changes={"forceDestroy": False, "tags": NEW_TAGS},
        meddle=lambda state: account.client("s3").put_bucket_tagging(
            Bucket=state["bucket"], Tagging={"TagSet": [{"Key": "Sneaked", "Value": "in"}]}
        ),
        drift={"tags": {"Sneaked": "in"}},
    )


def bucket_by_prefix(account: Account) -> Case:
    return Case(
        token="aws:s3/bucket:Bucket",
        inputs={"bucketPrefix": f"{account.unique('backups')}-", "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: account.client("s3").delete_bucket(Bucket=state["bucket"]),
        drift=None,
        untold=frozenset({"bucketPrefix"}),
    )


def bucket_part(
    account: Account,
    name: str,
    *,
    inputs: Mapping[str, Any],
    changes: Mapping[str, Any],
    meddle: Callable[[Any, str], object],
    drift: Mapping[str, Any] | None,
    outlives: bool = False,
    untold: frozenset[str] = frozenset(),
    of: str = "",
) -> Case:
    """A part of a new bucket's configuration; `meddle` takes the client and the bucket."""
    of = of or a_bucket(account)
    return Case(
        token=f"aws:s3/{name[:1].lower()}{name[1:]}:{name}",
        inputs={"bucket": of, **inputs},
        changes=changes,
        meddle=lambda state: meddle(account.client("s3"), of),
        drift=drift,
        outlives=outlives,
        untold=untold,
    )


def locked_bucket(account: Account) -> Case:
    return Case(
        token="aws:s3/bucket:Bucket",
        inputs={"bucket": account.unique("backups"), "objectLockEnabled": True, "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: account.client("s3").delete_bucket(Bucket=state["bucket"]),
        drift=None,
    )


def versioning(account: Account) -> Case:
    enabled, suspended = (
        {"versioningConfiguration": {"status": status}} for status in ("Enabled", "Suspended")
    )
    return bucket_part(
        account,
        "BucketVersioning",
        inputs=enabled,
        changes=suspended,
        meddle=lambda s3, of: s3.put_bucket_versioning(
            Bucket=of, VersioningConfiguration={"Status": "Suspended"}
        ),
        drift=suspended,
        outlives=True,
    )


def encryption(account: Account) -> Case:
    one, other = (
        {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": account.create("aws:kms/key:Key")["arn"]}
        for _ in range(2)
    )
    return bucket_part(
        account,
        "BucketServerSideEncryptionConfiguration",
        inputs={"rules": [{"applyServerSideEncryptionByDefault": one, "bucketKeyEnabled": True}]},
        changes={
            "rules": [{"applyServerSideEncryptionByDefault": other, "bucketKeyEnabled": False}]
        },
        meddle=lambda s3, of: s3.delete_bucket_encryption(Bucket=of),
        drift=None,
    )


def public_access_block(account: Account) -> Case:
    switches = (
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    )
    return bucket_part(
        account,
        "BucketPublicAccessBlock",
        inputs=dict.fromkeys(switches, True),
        changes=dict.fromkeys(switches, False),
        meddle=lambda s3, of: s3.put_public_access_block(
            Bucket=of, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        ),
        drift=dict.fromkeys(switches[1:], False),
    )


def ownership_controls(account: Account) -> Case:
    return bucket_part(
        account,
        "BucketOwnershipControls",
        inputs={"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        changes={"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        meddle=lambda s3, of: s3.put_bucket_ownership_controls(
            Bucket=of, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        drift={"rule": {"objectOwnership": "ObjectWriter"}},
    )


def lifecycle_configuration(account: Account) -> Case:
    retention = {
        "id": "retention",
        "status": "Enabled",
        "filter": {},
        "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        "noncurrentVersionExpiration": {"noncurrentDays": 30},
        "expiration": {"days": 90},
    }
    archive = {
        "id": "archive",
        "status": "Disabled",
        "filter": {"prefix": "daily/"},
        "transitions": [{"days": 30, "storageClass": "INTELLIGENT_TIERING"}],
    }
    markers = {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {},
        "noncurrentVersionExpiration": {"noncurrentDays": 30},
        "expiration": {"expiredObjectDeleteMarker": True},
    }
    return bucket_part(
        account,
        "BucketLifecycleConfiguration",
        inputs={"rules": [retention, archive, markers]},
        changes={"rules": [{**retention, "expiration": {"days": 30}}]},
        meddle=lambda s3, of: s3.delete_bucket_lifecycle(Bucket=of),
        drift=None,
    )


def tls_only(action: str) -> str:
    """A policy that denies an action over plain HTTP."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def bucket_policy(account: Account) -> Case:
    return bucket_part(
        account,
        "BucketPolicy",
        inputs={"policy": tls_only("s3:GetObject")},
        changes={"policy": tls_only("s3:*")},
        meddle=lambda s3, of: s3.delete_bucket_policy(Bucket=of),
        drift=None,
    )


def object_lock(account: Account) -> Case:
    of = account.create(
        "aws:s3/bucket:Bucket", bucket=account.unique("bucket"), objectLockEnabled=True
    )["bucket"]

    def retention(days: int) -> dict[str, Any]:
        return {"rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": days}}}

    account.client("s3").put_object(Bucket=of, Key="backup", Body=b"locked already")
    return bucket_part(
        account,
        "BucketObjectLockConfiguration",
        inputs=retention(14),
        changes=retention(30),
        meddle=lambda s3, of: s3.put_object_lock_configuration(
            Bucket=of, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
        ),
        drift=None,
        of=of,
    )


def a_log_bucket(account: Account) -> str:
    """A bucket that takes the access logs of others, and no plain HTTP."""
    of = a_bucket(account)
    deliver = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{of}/*",
    }
    document = json.loads(tls_only("s3:*"))
    document["Statement"].append(deliver)
    account.client("s3").put_bucket_policy(Bucket=of, Policy=json.dumps(document))
    return of


def bucket_logging(account: Account) -> Case:
    def into(bucket: str, source: str) -> dict[str, Any]:
        partitioned = {"partitionedPrefix": {"partitionDateSource": source}}
        return {"targetBucket": bucket, "targetObjectKeyFormat": partitioned}

    return bucket_part(
        account,
        "BucketLogging",
        inputs={**into(a_log_bucket(account), "EventTime"), "targetPrefix": "s3/"},
        changes={**into(a_log_bucket(account), "DeliveryTime"), "targetPrefix": "requests/"},
        meddle=lambda s3, of: s3.put_bucket_logging(Bucket=of, BucketLoggingStatus={}),
        drift=None,
        untold=frozenset({"targetObjectKeyFormat"}),
    )


CASES: tuple[MakeCase, ...] = (
    bucket,
    bucket_by_prefix,
    locked_bucket,
    object_lock,
    bucket_logging,
    versioning,
    encryption,
    public_access_block,
    ownership_controls,
    lifecycle_configuration,
    bucket_policy,
)
