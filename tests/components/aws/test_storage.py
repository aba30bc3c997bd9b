"""Buckets are private, encrypted, versioned and forget on schedule."""

import json
from collections.abc import Callable

import pytest

from components.aws.storage import Bucket, BucketArgs, Purpose, tls_only_policy
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

SETTINGS = StorageSettings(backup_retention_days=35, noncurrent_days=30)

Build = Callable[..., Recording]


@pytest.fixture(scope="module")
def build(identity: Identity) -> Build:
    def run(
        purpose: Purpose = "backups", settings: StorageSettings = SETTINGS, protect: bool = True
    ) -> Recording:
        args = BucketArgs(
            identity=identity,
            purpose=purpose,
            settings=settings,
            kms_key_arn="arn:aws:kms:key",
            protect=protect,
        )
        return record(lambda: Bucket(purpose, args))

    return run


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


def test_plain_http_is_denied_to_everyone_for_bucket_and_objects(build: Build) -> None:
    built = build()
    policy = json.loads(built.one(POLICY).inputs["policy"])
    assert policy == tls_only_policy(built.outputs["arn"])
    assert policy["Statement"] == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [built.outputs["arn"], f"{built.outputs['arn']}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_the_policy_waits_for_the_public_access_block(build: Build) -> None:
    built = build()
    assert built.one(PUBLIC_ACCESS_BLOCK).urn in built.one(POLICY).request.dependencies


def test_the_lifecycle_waits_for_versioning(build: Build) -> None:
    built = build()
    assert built.one(VERSIONING).urn in built.one(LIFECYCLE).request.dependencies


def test_backups_expire_after_their_retention(build: Build) -> None:
    assert build("backups").one(LIFECYCLE).inputs["rules"] == [
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {},
            "expiration": {"days": 35},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]


def test_current_media_never_expire(build: Build) -> None:
    assert build("media").one(LIFECYCLE).inputs["rules"] == [
        {
            "id": "retention",
            "status": "Enabled",
            "filter": {},
            "noncurrentVersionExpiration": {"noncurrentDays": 30},
            "abortIncompleteMultipartUpload": {"daysAfterInitiation": 7},
        }
    ]
