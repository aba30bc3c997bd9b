"""Buckets: nothing in them is lost, public, readable on the wire, or gone too early."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.conftest import Platform
from tests.integration.engine import COPY_REGION, REGION

PURPOSES = {"audit", "backups", "configuration", "logs", "media"}
COPIED = ("backups", "media")

LEAST_BACKUP_DAYS = 7
"""Guide, Backup Procedures."""

LEAST_AUDIT_DAYS = 365
"""Guide, Compliance: what concerns users is kept for a year."""


class Region:
    """The buckets of one region, to be asked all alike."""

    def __init__(self, stack: Platform, name: str, buckets: Mapping[str, str]) -> None:
        self.name = name
        self.purposes = buckets.keys()
        self._buckets = buckets
        self._s3 = stack.client("s3", name)

    def ask(self, operation: str) -> dict[str, Any]:
        """What each bucket answers, by purpose."""
        ask = getattr(self._s3, operation)
        return {purpose: ask(Bucket=bucket) for purpose, bucket in self._buckets.items()}


@pytest.fixture(scope="module")
def buckets(stack: Platform) -> dict[str, dict[str, str]]:
    """By region and purpose; a name reads `messaging-app-prod-media-copy-2026…`."""
    found: dict[str, dict[str, str]] = {REGION: {}, COPY_REGION: {}}
    s3 = stack.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        region = s3.get_bucket_location(Bucket=name)["LocationConstraint"]
        purpose = name.rsplit("-", 1)[0].removeprefix(
            f"messaging-app-{stack.outputs['environment']}-"
        )
        found[region][purpose.removesuffix("-copy")] = name
    return found


@pytest.fixture(scope="module", params=[REGION, COPY_REGION])
def each_bucket(
    request: pytest.FixtureRequest, stack: Platform, buckets: dict[str, dict[str, str]]
) -> Region:
    return Region(stack, request.param, buckets[request.param])


def test_every_purpose_has_a_bucket_and_users_data_has_a_second_one(
    stack: Platform, buckets: dict[str, dict[str, str]]
) -> None:
    assert buckets[REGION].keys() == PURPOSES
    assert buckets[COPY_REGION].keys() == set(COPIED)
    assert f"s3://{buckets[REGION]['backups']}" == stack.outputs["backup_location"]
    assert f"s3://{buckets[REGION]['media']}" == stack.outputs["media_location"]


def test_old_versions_are_kept(each_bucket: Region) -> None:
    told = each_bucket.ask("get_bucket_versioning")
    assert {purpose: each["Status"] for purpose, each in told.items()} == dict.fromkeys(
        each_bucket.purposes, "Enabled"
    )


def test_everything_is_encrypted_with_a_key_of_ours_in_the_same_region(
    stack: Platform, each_bucket: Region
) -> None:
    told = each_bucket.ask("get_bucket_encryption")
    for purpose, each in told.items():
        (rule,) = each["ServerSideEncryptionConfiguration"]["Rules"]
        by_default = rule["ApplyServerSideEncryptionByDefault"]
        if purpose == "logs":
            # Load balancers and S3 deliver to no bucket with a key of its owner's.
            assert by_default == {"SSEAlgorithm": "AES256"}
            continue
        assert by_default["SSEAlgorithm"] == "aws:kms"
        key = by_default["KMSMasterKeyID"]
        described = stack.client("kms", each_bucket.name).describe_key(KeyId=key)["KeyMetadata"]
        assert (described["Arn"], described["KeyManager"]) == (key, "CUSTOMER")


def test_nobody_reads_or_writes_without_modern_tls(each_bucket: Region) -> None:
    for each in each_bucket.ask("get_bucket_policy").values():
        refused = [
            statement["Condition"]
            for statement in json.loads(each["Policy"])["Statement"]
            if (statement["Effect"], statement["Principal"], statement["Action"])
            == ("Deny", "*", "s3:*")
        ]
        assert {"Bool": {"aws:SecureTransport": "false"}} in refused
        assert {"NumericLessThan": {"s3:TlsVersion": "1.2"}} in refused


def test_nothing_can_be_made_public(each_bucket: Region) -> None:
    for each in each_bucket.ask("get_public_access_block").values():
        blocked = each["PublicAccessBlockConfiguration"]
        assert len(blocked) == 4
        assert all(blocked.values())
    for each in each_bucket.ask("get_bucket_ownership_controls").values():
        (rule,) = each["OwnershipControls"]["Rules"]
        assert rule["ObjectOwnership"] == "BucketOwnerEnforced"


def test_old_versions_and_broken_uploads_go_in_the_end(each_bucket: Region) -> None:
    for each in each_bucket.ask("get_bucket_lifecycle_configuration").values():
        (rule,) = [rule for rule in each["Rules"] if "NoncurrentVersionExpiration" in rule]
        assert rule["Status"] == "Enabled"
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] >= LEAST_BACKUP_DAYS
        assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] > 0


def test_backups_stay_for_a_week_logs_for_a_year_and_media_until_their_user_deletes_them(
    each_bucket: Region,
) -> None:
    told = each_bucket.ask("get_bucket_lifecycle_configuration")
    days = {
        purpose: [
            rule["Expiration"]["Days"]
            for rule in each["Rules"]
            if "Days" in rule.get("Expiration", {})
        ]
        for purpose, each in told.items()
    }
    (backups,) = days.pop("backups")
    assert backups >= LEAST_BACKUP_DAYS
    assert days.pop("media") == []
    for purpose in days.keys() & {"audit", "logs"}:
        (kept,) = days[purpose]
        assert kept >= LEAST_AUDIT_DAYS


def test_every_request_to_a_bucket_of_the_first_region_is_logged(
    stack: Platform, buckets: dict[str, dict[str, str]]
) -> None:
    log = buckets[REGION]["logs"]
    for purpose in PURPOSES - {"logs"}:
        told = stack.client("s3").get_bucket_logging(Bucket=buckets[REGION][purpose])
        assert told["LoggingEnabled"]["TargetBucket"] == log


@pytest.mark.parametrize("purpose", COPIED)
def test_users_data_is_copied_to_the_second_region_and_encrypted_there(
    stack: Platform, buckets: dict[str, dict[str, str]], purpose: str
) -> None:
    told = stack.client("s3").get_bucket_replication(Bucket=buckets[REGION][purpose])
    (rule,) = told["ReplicationConfiguration"]["Rules"]
    assert (rule["Status"], rule["Filter"]) == ("Enabled", {})
    # Everything is encrypted, and S3 leaves out what is unless it is told otherwise.
    assert rule["SourceSelectionCriteria"]["SseKmsEncryptedObjects"]["Status"] == "Enabled"
    destination = rule["Destination"]
    assert destination["Bucket"] == f"arn:aws:s3:::{buckets[COPY_REGION][purpose]}"
    key = destination["EncryptionConfiguration"]["ReplicaKmsKeyID"]
    assert key.startswith(f"arn:aws:kms:{COPY_REGION}:")
    copy = stack.client("s3", COPY_REGION).get_bucket_encryption(
        Bucket=buckets[COPY_REGION][purpose]
    )
    (by_default,) = copy["ServerSideEncryptionConfiguration"]["Rules"]
    assert by_default["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key


def test_who_deletes_a_backup_has_not_deleted_its_copy(
    stack: Platform, buckets: dict[str, dict[str, str]]
) -> None:
    deletions = {
        purpose: stack.client("s3").get_bucket_replication(Bucket=buckets[REGION][purpose])[
            "ReplicationConfiguration"
        ]["Rules"][0]["DeleteMarkerReplication"]["Status"]
        for purpose in COPIED
    }
    assert deletions == {"backups": "Disabled", "media": "Enabled"}
