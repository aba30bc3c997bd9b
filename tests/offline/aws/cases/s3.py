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


def _part(
    account: Account,
    name: str,
    inputs: Mapping[str, Any],
    changes: Mapping[str, Any],
    meddle: Callable[[Any, str], object],
    drift: Mapping[str, Any] | None = None,
    *,
    outlives: bool = False,
) -> Case:
    of = a_bucket(account)
    return Case(
        token=f"aws:s3/{name[:1].lower()}{name[1:]}:{name}",
        inputs={"bucket": of, **inputs},
        changes=changes,
        meddle=lambda state: meddle(account.client("s3"), of),
        drift=drift,
        outlives=outlives,
    )


def versioning(account: Account) -> Case:
    enabled, suspended = (
        {"versioningConfiguration": {"status": status}} for status in ("Enabled", "Suspended")
    )
    return _part(
        account,
        "BucketVersioning",
        enabled,
        suspended,
        lambda s3, of: s3.put_bucket_versioning(
            Bucket=of, VersioningConfiguration={"Status": "Suspended"}
        ),
        suspended,
        outlives=True,
    )


def encryption(account: Account) -> Case:
    keys = [account.create("aws:kms/key:Key")["arn"] for _ in range(2)]
    by_kms = [
        {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key} for key in keys
    ]
    return _part(
        account,
        "BucketServerSideEncryptionConfiguration",
        {
            "rules": [
                {"applyServerSideEncryptionByDefault": by_kms[0], "bucketKeyEnabled": True}
            ]
        },
        {
            "rules": [
                {"applyServerSideEncryptionByDefault": by_kms[1], "bucketKeyEnabled": False}
            ]
        },
        lambda s3, of: s3.delete_bucket_encryption(Bucket=of),
    )


def public_access_block(account: Account) -> Case:
    switches = (
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    )
    return _part(
        account,
        "BucketPublicAccessBlock",
        dict.fromkeys(switches, True),
        dict.fromkeys(switches, False),
        lambda s3, of: s3.put_public_access_block(
            Bucket=of, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
        ),
        dict.fromkeys(switches[1:], False),
    )


def ownership_controls(account: Account) -> Case:
    return _part(
        account,
        "BucketOwnershipControls",
        {"rule": {"objectOwnership": "BucketOwnerEnforced"}},
        {"rule": {"objectOwnership": "BucketOwnerPreferred"}},
        lambda s3, of: s3.put_bucket_ownership_controls(
            Bucket=of, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
        ),
        {"rule": {"objectOwnership": "ObjectWriter"}},
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
        "transitions": [{"days": 30, "storageClass": "GLACIER"}],
    }
    return _part(
        account,
        "BucketLifecycleConfiguration",
        {"rules": [retention, archive]},
        {"rules": [{**retention, "expiration": {"days": 30}}]},
        lambda s3, of: s3.delete_bucket_lifecycle(Bucket=of),
    )


def _policy(effect: str) -> str:
    statement = {
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def bucket_policy(account: Account) -> Case:
    return _part(
        account,
        "BucketPolicy",
        {"policy": _policy("Deny")},
        {"policy": _policy("Allow")},
        lambda s3, of: s3.delete_bucket_policy(Bucket=of),
    )


CASES: tuple[MakeCase, ...] = (
    bucket,
    bucket_by_prefix,
    versioning,
    encryption,
    public_access_block,
    ownership_controls,
    lifecycle_configuration,
    bucket_policy,
)
