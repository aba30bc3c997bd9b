"""Buckets: their names, their contents, and what their policies let through."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from offline.aws.s3 import BUCKET
from offline.provider import lifecycle
from offline.provider.api import ApiError
from tests.offline.aws.account import REGION, Account
from tests.offline.aws.cases.s3 import a_bucket, tls_only

UNIQUE_LENGTH = 26
"""Characters that the AWS plugin appends to a prefix."""


def put_versions(client: Any, bucket: str) -> None:
    """One object with an old version and a deletion marker."""
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for body in (b"old", b"new"):
        client.put_object(Bucket=bucket, Key="photo", Body=body)
    client.delete_object(Bucket=bucket, Key="photo")


def test_a_prefix_is_completed_differently_each_time(account: Account) -> None:
    prefix = f"{account.unique('media')}-"

    names = {account.create(BUCKET.token, bucketPrefix=prefix)["bucket"] for _ in range(2)}

    assert len(names) == 2
    assert all(name.startswith(prefix) for name in names)
    assert {len(name) - len(prefix) for name in names} == {UNIQUE_LENGTH}


def test_a_bucket_with_a_prefix_gets_no_other_name() -> None:
    prefixed, _ = lifecycle.check(BUCKET, "media", {}, {"bucketPrefix": "media-"}, b"seed")
    unnamed, _ = lifecycle.check(BUCKET, "media", {}, {}, b"seed")

    assert prefixed == {"bucketPrefix": "media-"}
    assert unnamed["bucket"].startswith("media-")


def test_a_bucket_with_a_prefix_is_replaced_before_the_old_one_goes() -> None:
    olds, news = {"bucketPrefix": "old-"}, {"bucketPrefix": "new-"}

    difference = lifecycle.diff(BUCKET, olds, news)

    assert difference.replaces == {"bucketPrefix"}
    assert not difference.delete_before_replace


def test_a_bucket_with_contents_is_not_deleted(account: Account) -> None:
    client = account.client("s3")
    state = account.create(BUCKET.token, bucket=account.unique("media"))
    put_versions(client, state["bucket"])

    with pytest.raises(ApiError, match="BucketNotEmpty"):
        lifecycle.delete(BUCKET, client, state["id"], state)

    assert client.head_bucket(Bucket=state["bucket"])


def test_a_bucket_to_be_destroyed_by_force_goes_with_every_version(account: Account) -> None:
    client = account.client("s3")
    state = account.create(BUCKET.token, bucket=account.unique("media"), forceDestroy=True)
    put_versions(client, state["bucket"])

    lifecycle.delete(BUCKET, client, state["id"], state)

    assert lifecycle.read(BUCKET, client, state["id"], state, {}) is None


def test_a_bucket_whose_versioning_ended_goes_with_every_version(account: Account) -> None:
    client = account.client("s3")
    state = account.create(BUCKET.token, bucket=account.unique("media"), forceDestroy=True)
    put_versions(client, state["bucket"])
    client.put_bucket_versioning(
        Bucket=state["bucket"], VersioningConfiguration={"Status": "Suspended"}
    )

    lifecycle.delete(BUCKET, client, state["id"], state)

    assert lifecycle.read(BUCKET, client, state["id"], state, {}) is None


def test_a_bucket_whose_objects_are_locked_is_not_destroyed_by_force(account: Account) -> None:
    client, name = account.client("s3"), account.unique("backups")
    client.create_bucket(
        Bucket=name,
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    client.put_object(
        Bucket=name,
        Key="dump",
        Body=b"bytes",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=datetime.now(UTC) + timedelta(days=1),
    )

    with pytest.raises(ApiError, match="delete_objects: AccessDenied"):
        lifecycle.delete(BUCKET, client, name, {"forceDestroy": True})

    assert client.get_object(Bucket=name, Key="dump")


def test_a_bucket_that_denies_plain_http_takes_objects(account: Account) -> None:
    client, bucket = account.client("s3"), a_bucket(account)
    client.put_bucket_policy(Bucket=bucket, Policy=tls_only("s3:*"))

    client.put_object(Bucket=bucket, Key="photo", Body=b"bytes")

    assert client.get_object(Bucket=bucket, Key="photo")["Body"].read() == b"bytes"


def test_a_bucket_that_denies_everybody_takes_no_objects(account: Account) -> None:
    client, bucket = account.client("s3"), a_bucket(account)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    client.put_bucket_policy(Bucket=bucket, Policy=document)

    with pytest.raises(ClientError, match="Forbidden"):
        client.put_object(Bucket=bucket, Key="photo", Body=b"bytes")
