"""What a bucket takes is copied to another region, encrypted by a key of that region."""

import json
from typing import Any

import pytest

from components.aws.bucket_lifecycle import Purpose
from components.aws.storage import Bucket, BucketArgs
from components.aws.storage_copy import BucketCopy, BucketCopyArgs
from components.identity import Identity
from settings.storage import StorageSettings
from tests.components.recording import ACCOUNT_ID, Recording, record

BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
SETTINGS = StorageSettings()

SOURCE_ARN = f"arn:aws:mock::{ACCOUNT_ID}:source-bucket"
COPY_ARN = f"arn:aws:mock::{ACCOUNT_ID}:copy-bucket"


def build(identity: Identity, purpose: Purpose) -> Recording:
    def make() -> BucketCopy:
        source = BucketArgs(
            identity=identity,
            purpose=purpose,
            settings=SETTINGS,
            kms_key_arn="arn:source-key",
            protect=True,
        )
        bucket = Bucket("source", source)
        args = BucketCopyArgs(
            identity=identity,
            account_id=ACCOUNT_ID,
            purpose=purpose,
            settings=SETTINGS,
            source_bucket=bucket.versioned,
            source_arn=bucket.arn,
            source_region="eu-central-1",
            source_kms_key_arn="arn:source-key",
            region="eu-west-1",
            copy_kms_key_arn="arn:copy-key",
            protect=True,
        )
        return BucketCopy("copy", args)

    return record(make)


@pytest.fixture(scope="module")
def backups(identity: Identity) -> Recording:
    return build(identity, "backups")


def rule(built: Recording) -> dict[str, Any]:
    (only,) = built.one(REPLICATION).inputs["rules"]
    return only


def test_it_is_one_bucket_beside_the_source_and_one_replication(backups: Recording) -> None:
    counts = backups.counts()
    assert counts["messaging-app:aws:BucketCopy"] == 1
    assert {type_: counts[type_] for type_ in (BUCKET, REPLICATION, ROLE, ROLE_POLICY)} == {
        BUCKET: 2,
        REPLICATION: 1,
        ROLE: 1,
        ROLE_POLICY: 1,
    }


def test_children_belong_to_it_and_are_tagged(backups: Recording) -> None:
    assert (backups.orphans(), backups.untagged(), backups.unfinished()) == ([], [], [])


def test_the_copy_stands_in_the_second_region_and_its_replication_with_the_source(
    backups: Recording,
) -> None:
    assert backups.one(BUCKET, "copy-bucket").inputs["region"] == "eu-west-1"
    assert "region" not in backups.one(REPLICATION).inputs
    assert backups.one(REPLICATION).inputs["bucket"] == "source-bucket"


def test_the_outputs_are_those_of_the_copy(backups: Recording) -> None:
    assert backups.outputs == {"bucket": "copy-bucket", "arn": COPY_ARN}


def test_everything_is_copied_in_time_and_encrypted_by_the_other_regions_key(
    backups: Recording,
) -> None:
    assert rule(backups) == {
        "id": "copy",
        "status": "Enabled",
        "priority": 0,
        "filter": {},
        "deleteMarkerReplication": {"status": "Disabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}},
        "destination": {
            "bucket": COPY_ARN,
            "encryptionConfiguration": {"replicaKmsKeyId": "arn:copy-key"},
            "replicationTime": {"status": "Enabled", "time": {"minutes": 15}},
            "metrics": {"status": "Enabled", "eventThreshold": {"minutes": 15}},
        },
    }


def test_who_deletes_backups_deletes_no_copy_of_them(backups: Recording) -> None:
    assert rule(backups)["deleteMarkerReplication"] == {"status": "Disabled"}


def test_media_that_a_user_deletes_goes_from_both_regions(identity: Identity) -> None:
    media = rule(build(identity, "media"))
    assert media["deleteMarkerReplication"] == {"status": "Enabled"}


def test_the_replication_waits_for_versions_in_both_buckets_and_for_its_rights(
    backups: Recording,
) -> None:
    versioning = backups.all("aws:s3/bucketVersioning:BucketVersioning")
    needed = {backups.one(ROLE_POLICY).urn, *(each.urn for each in versioning)}
    assert len(versioning) == 2
    assert needed <= set(backups.one(REPLICATION).request.dependencies)


def test_the_copy_outlives_the_stack_and_its_replication_does_not(backups: Recording) -> None:
    assert backups.one(BUCKET, "copy-bucket").request.retainOnDelete
    ends = (REPLICATION, ROLE, ROLE_POLICY)
    assert not any(backups.one(type_).request.retainOnDelete for type_ in ends)


def test_s3_takes_the_role_on_behalf_of_the_source_only(backups: Recording) -> None:
    (trust,) = json.loads(backups.one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "s3.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
        "ArnLike": {"aws:SourceArn": SOURCE_ARN},
    }


def test_the_role_reads_the_source_and_writes_the_copy(backups: Recording) -> None:
    granted = {
        action: statement["Resource"]
        for statement in json.loads(backups.one(ROLE_POLICY).inputs["policy"])["Statement"]
        for action in statement["Action"]
    }
    assert granted == {
        "s3:GetReplicationConfiguration": SOURCE_ARN,
        "s3:ListBucket": SOURCE_ARN,
        "s3:GetObjectVersionForReplication": f"{SOURCE_ARN}/*",
        "s3:GetObjectVersionAcl": f"{SOURCE_ARN}/*",
        "s3:GetObjectVersionTagging": f"{SOURCE_ARN}/*",
        "s3:GetObjectRetention": f"{SOURCE_ARN}/*",
        "s3:GetObjectLegalHold": f"{SOURCE_ARN}/*",
        "s3:ReplicateObject": f"{COPY_ARN}/*",
        "s3:ReplicateDelete": f"{COPY_ARN}/*",
        "s3:ReplicateTags": f"{COPY_ARN}/*",
        "kms:Decrypt": "arn:source-key",
        "kms:Encrypt": "arn:copy-key",
        "kms:GenerateDataKey": "arn:copy-key",
    }


def test_the_keys_serve_it_through_s3_of_their_region_only(backups: Recording) -> None:
    conditions = {
        statement["Resource"]: statement["Condition"]
        for statement in json.loads(backups.one(ROLE_POLICY).inputs["policy"])["Statement"]
        if "Condition" in statement
    }
    assert conditions == {
        f"arn:{which}-key": {
            "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
            "ArnLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
        }
        for which, region, arn in (
            ("source", "eu-central-1", SOURCE_ARN),
            ("copy", "eu-west-1", COPY_ARN),
        )
    }
