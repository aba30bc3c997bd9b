"""Buckets are private, encrypted, versioned and forget on schedule."""

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components.aws.bucket_lifecycle import Purpose
from components.aws.storage import Bucket, BucketArgs
from components.identity import Identity
from settings.storage import StorageSettings
from tests.components.recording import Recording, record

BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
PUBLIC_ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
OWNERSHIP = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
KEY_ARN = "arn:aws:kms:key"

SETTINGS = StorageSettings(backup_retention_days=35, noncurrent_days=30)
LOCKED = SETTINGS.model_copy(update={"object_lock_days": 14})

Build = Callable[..., Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(
        purpose: Purpose = "backups",
        settings: StorageSettings = SETTINGS,
        protect: bool = True,
        kms_key_arn: str | None = KEY_ARN,
        **more: Any,
    ) -> Recording:
        args = BucketArgs(
            identity=identity,
            purpose=purpose,
            settings=settings,
            kms_key_arn=kms_key_arn,
            protect=protect,
            **more,
        )
        return record(lambda: Bucket(purpose, args))

    return run


def statements(built: Recording) -> dict[str, dict[str, Any]]:
    policy = json.loads(built.one(POLICY).inputs["policy"])
    return {each["Sid"]: each for each in policy["Statement"]}


def test_it_is_one_bucket_with_one_of_each_setting(build: Build) -> None:
    assert build().counts() == {
        "messaging-app:aws:Bucket": 1,
        BUCKET: 1,
        VERSIONING: 1,
        ENCRYPTION: 1,
        PUBLIC_ACCESS_BLOCK: 1,
        OWNERSHIP: 1,
        LIFECYCLE: 1,
        POLICY: 1,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_every_setting_applies_to_the_bucket(build: Build) -> None:
    built = build()
    settings = (VERSIONING, ENCRYPTION, PUBLIC_ACCESS_BLOCK, OWNERSHIP, LIFECYCLE, POLICY)
    targets = {type_: built.one(type_).inputs["bucket"] for type_ in settings}
    assert targets == dict.fromkeys(settings, built.outputs["bucket"])


def test_the_name_says_the_purpose_and_leaves_room_to_be_unique(build: Build) -> None:
    assert build().one(BUCKET).inputs["bucketPrefix"] == "messaging-app-test-backups-"


def test_the_longest_environment_still_gives_a_prefix_that_aws_accepts() -> None:
    longest = Identity(project="messaging-app", environment="a" * 12, owner="platform-team")
    args = BucketArgs(
        identity=longest,
        purpose="backups",
        settings=SETTINGS,
        kms_key_arn="arn:aws:kms:key",
        protect=False,
    )
    prefix = record(lambda: Bucket("backups", args)).one(BUCKET).inputs["bucketPrefix"]
    assert len(prefix) <= 37


@pytest.mark.parametrize("protect", [True, False])
def test_the_bucket_alone_is_protected_when_asked(build: Build, protect: bool) -> None:
    built = build(protect=protect)
    protected = [each.type for each in built.resources if each.request.protect]
    assert protected == ([BUCKET] if protect else [])


def test_a_bucket_with_objects_is_not_deleted_unless_asked(build: Build) -> None:
    assert build().one(BUCKET).inputs["forceDestroy"] is False


def test_a_throw_away_bucket_is_deleted_with_its_objects(build: Build) -> None:
    throw_away = StorageSettings(force_destroy=True)
    assert build(settings=throw_away).one(BUCKET).inputs["forceDestroy"] is True


def test_a_bucket_stays_with_all_that_guards_it_when_its_stack_is_destroyed(build: Build) -> None:
    built = build(settings=LOCKED, log_bucket="logs")
    left = {each.type for each in built.resources if each.request.retainOnDelete}
    assert left == built.counts().keys() - {"messaging-app:aws:Bucket"}


def test_nothing_of_a_throw_away_bucket_stays(build: Build) -> None:
    built = build(settings=StorageSettings(force_destroy=True), log_bucket="logs")
    assert [each.name for each in built.resources if each.request.retainOnDelete] == []


def test_objects_are_encrypted_with_the_platforms_key(build: Build) -> None:
    assert build().one(ENCRYPTION).inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": "arn:aws:kms:key",
            },
            "bucketKeyEnabled": True,
        }
    ]


def test_old_versions_are_kept(build: Build) -> None:
    assert build().one(VERSIONING).inputs["versioningConfiguration"] == {"status": "Enabled"}


def test_nothing_can_be_made_public(build: Build) -> None:
    blocked = build().one(PUBLIC_ACCESS_BLOCK).inputs
    flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [blocked[flag] for flag in flags] == [True] * 4


def test_the_account_owns_every_object(build: Build) -> None:
    rule = build().one(OWNERSHIP).inputs["rule"]
    assert rule == {"objectOwnership": "BucketOwnerEnforced"}


def test_plain_http_and_old_tls_are_denied_to_everyone_for_bucket_and_objects(
    build: Build,
) -> None:
    built = build()
    denied = statements(built)
    for sid, condition in (
        ("TlsOnly", {"Bool": {"aws:SecureTransport": "false"}}),
        ("ModernTlsOnly", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ):
        assert denied[sid] == {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [built.outputs["arn"], f"{built.outputs['arn']}/*"],
            "Condition": condition,
        }


def test_an_upload_that_names_another_key_is_denied_and_one_that_names_none_is_not(
    build: Build,
) -> None:
    header = "s3:x-amz-server-side-encryption"
    denied = statements(build())
    assert denied["EncryptedByKmsOnly"]["Condition"] == {
        "StringNotEquals": {header: "aws:kms"},
        "Null": {header: "false"},
    }
    assert denied["OwnKeyOnly"]["Condition"] == {
        "StringNotEquals": {f"{header}-aws-kms-key-id": KEY_ARN},
        "Null": {f"{header}-aws-kms-key-id": "false"},
    }
    # S3 takes the service's own key where KMS is asked for without one.
    assert denied["NamedKeyOnly"]["Condition"] == {
        "StringEquals": {header: "aws:kms"},
        "Null": {f"{header}-aws-kms-key-id": "true"},
    }
    sids = ("EncryptedByKmsOnly", "OwnKeyOnly", "NamedKeyOnly")
    assert {denied[sid]["Action"] for sid in sids} == {"s3:PutObject"}


def test_a_bucket_without_a_key_is_encrypted_by_s3(build: Build) -> None:
    built = build("logs", kms_key_arn=None)
    assert built.one(ENCRYPTION).inputs["rules"] == [
        {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    ]
    assert statements(built).keys() == {"TlsOnly", "ModernTlsOnly"}


def test_more_statements_are_made_from_the_arn(build: Build) -> None:
    def readable(arn: str) -> list[dict[str, Any]]:
        return [{"Sid": "Readable", "Resource": f"{arn}/*"}]

    built = build("logs", statements=readable)
    assert statements(built)["Readable"]["Resource"] == f"{built.outputs['arn']}/*"
    assert "TlsOnly" in statements(built)


def test_more_statements_may_wait_for_what_aws_tells(build: Build) -> None:
    def readable(arn: str) -> pulumi.Output[list[dict[str, Any]]]:
        return pulumi.Output.from_input([{"Sid": "Readable", "Resource": arn}])

    built = build("logs", statements=readable)
    assert statements(built)["Readable"]["Resource"] == built.outputs["arn"]


def test_who_must_write_learns_the_name_when_the_policy_holds(build: Build) -> None:
    built = build()
    assert built.outputs["writable"] == built.outputs["bucket"]


def test_the_bucket_and_its_parts_stand_in_the_region_that_is_asked_for(build: Build) -> None:
    built = build(region="eu-west-1", settings=LOCKED)
    regions = {each.name: each.inputs["region"] for each in built.resources if each.request.custom}
    assert regions == dict.fromkeys(regions, "eu-west-1")
    assert built.one(BUCKET).inputs["bucketPrefix"] == "messaging-app-test-backups-copy-"


def test_no_region_means_that_of_the_stack(build: Build) -> None:
    assert [each.name for each in build().resources if "region" in each.inputs] == []


def test_each_request_is_recorded_in_the_bucket_for_logs(build: Build) -> None:
    built = build(log_bucket="logs")
    assert built.one(LOGGING).inputs == {
        "bucket": built.outputs["bucket"],
        "targetBucket": "logs",
        "targetPrefix": "s3/",
        "targetObjectKeyFormat": {"partitionedPrefix": {"partitionDateSource": "EventTime"}},
    }


def test_backups_are_locked_for_as_long_as_the_settings_say(build: Build) -> None:
    built = build(settings=LOCKED)
    assert built.one(BUCKET).inputs["objectLockEnabled"] is True
    assert built.one(LOCK).inputs["rule"] == {
        "defaultRetention": {"mode": "GOVERNANCE", "days": 14}
    }
    assert built.one(VERSIONING).urn in built.one(LOCK).request.dependencies


def test_nobody_may_lift_the_lock_before_the_policy_is_changed(build: Build) -> None:
    built = build(settings=LOCKED)
    assert statements(built)["LockedUntilItsDay"] == {
        "Sid": "LockedUntilItsDay",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:BypassGovernanceRetention",
        "Resource": f"{built.outputs['arn']}/*",
    }


def test_only_backups_are_locked(build: Build) -> None:
    built = build("media", settings=LOCKED)
    assert built.all(LOCK) == []
    assert "objectLockEnabled" not in built.one(BUCKET).inputs
    assert "LockedUntilItsDay" not in statements(built)


def test_the_policy_waits_for_the_public_access_block(build: Build) -> None:
    built = build()
    assert built.one(PUBLIC_ACCESS_BLOCK).urn in built.one(POLICY).request.dependencies


def test_the_lifecycle_waits_for_versioning(build: Build) -> None:
    built = build()
    assert built.one(VERSIONING).urn in built.one(LIFECYCLE).request.dependencies
