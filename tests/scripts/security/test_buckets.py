import json
import secrets

import pytest
from botocore.exceptions import ClientError

from scripts.security import buckets
from scripts.security.finding import Severity
from tests.services.object_store import ObjectStore


def deny_plain_http(bucket: str) -> dict[str, object]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def policy(store: ObjectStore, bucket: str, *statements: dict[str, object]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    store.client().put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))


@pytest.fixture
def bucket(running_store: ObjectStore) -> str:
    """A bucket as the platform makes it."""
    name = f"secure-{secrets.token_hex(4)}"
    running_store.create(name)
    client = running_store.client()
    client.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    client.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
        },
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    policy(running_store, name, deny_plain_http(name))
    return name


def scan(store: ObjectStore, bucket: str) -> dict[str, Severity]:
    return {each.rule: each.severity for each in buckets.scan(store.client(), bucket)}


def test_a_bucket_as_the_platform_makes_it_is_fine(running_store: ObjectStore, bucket: str) -> None:
    assert scan(running_store, bucket) == {}


def test_public_access_that_is_not_blocked_is_found(
    running_store: ObjectStore, bucket: str
) -> None:
    running_store.client().delete_public_access_block(Bucket=bucket)
    assert scan(running_store, bucket) == {"bucket-public": Severity.HIGH}


def test_encryption_without_a_key_of_our_own_is_found(
    running_store: ObjectStore, bucket: str
) -> None:
    running_store.client().delete_bucket_encryption(Bucket=bucket)
    assert scan(running_store, bucket) == {"bucket-encryption": Severity.MEDIUM}


def test_a_bucket_without_versions_is_found(running_store: ObjectStore, bucket: str) -> None:
    running_store.client().put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
    )
    assert scan(running_store, bucket) == {"bucket-versioning": Severity.HIGH}


def test_a_bucket_that_can_be_reached_without_tls_is_found(
    running_store: ObjectStore, bucket: str
) -> None:
    running_store.client().delete_bucket_policy(Bucket=bucket)
    assert scan(running_store, bucket) == {"bucket-tls": Severity.HIGH}


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["*"]}])
def test_a_policy_for_everybody_is_found(
    running_store: ObjectStore, bucket: str, principal: object
) -> None:
    everybody = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    running_store.client().delete_public_access_block(Bucket=bucket)
    policy(running_store, bucket, deny_plain_http(bucket), everybody)

    assert scan(running_store, bucket)["bucket-policy-public"] is Severity.CRITICAL


def test_a_policy_that_denies_only_some_of_it_does_not_count(
    running_store: ObjectStore, bucket: str
) -> None:
    policy(running_store, bucket, {**deny_plain_http(bucket), "Action": "s3:GetObject"})
    assert scan(running_store, bucket) == {"bucket-tls": Severity.HIGH}


def test_a_bucket_that_is_not_there_is_told_by_the_library(running_store: ObjectStore) -> None:
    with pytest.raises(ClientError):
        buckets.scan(running_store.client(), "not-there")
