"""Whatever holds data is encrypted, private, and kept as long as auditors ask."""

import json

from tests.components.recording import Recording, Registration

LEAST_LOG_DAYS = 365
BUCKET = "aws:s3/bucket:Bucket"
GUARDS = {
    "encryption": "aws:s3/bucketServerSideEncryptionConfiguration:"
    "BucketServerSideEncryptionConfiguration",
    "lifecycle": "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "ownership": "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    "policy": "aws:s3/bucketPolicy:BucketPolicy",
    "privacy": "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "versions": "aws:s3/bucketVersioning:BucketVersioning",
}


def guards(program: Recording, kind: str) -> dict[str, Registration]:
    """By the bucket that they guard."""
    return {each.inputs["bucket"]: each for each in program.all(GUARDS[kind])}


def buckets(program: Recording) -> set[str]:
    return {each.name for each in program.all(BUCKET)}


OUTLIVES = {
    "aws:ebs/volume:Volume",
    "aws:kms/key:Key",
    "aws:route53/zone:Zone",
    BUCKET,
    *GUARDS.values(),
}
"""What holds data or is stood on by another stack; private zones are of one VPC."""


def test_what_holds_data_outlives_its_stack_unless_it_is_thrown_away(program: Recording) -> None:
    (primary,) = (each for each in program.resources if each.name == "database-primary")
    throws_away = primary.inputs["skipFinalSnapshot"]
    for each in program.resources:
        of_the_program = each.inputs.get("bucket", each.name).startswith("configuration-")
        if each.type in OUTLIVES and not of_the_program and "vpcs" not in each.inputs:
            assert each.request.retainOnDelete is not throws_away, each.name


def test_what_is_protected_is_not_deleted_without_protection_either(program: Recording) -> None:
    on_its_own = {"aws:ec2/vpc:Vpc", "aws:rds/instance:Instance"}
    for each in program.resources:
        if each.request.protect and each.type not in on_its_own:
            assert each.request.retainOnDelete, each.name


def test_logs_are_kept_for_a_year_and_encrypted_with_our_key(program: Recording) -> None:
    for group in program.all("aws:cloudwatch/logGroup:LogGroup"):
        assert group.inputs["retentionInDays"] >= LEAST_LOG_DAYS, group.name
        assert group.inputs.get("kmsKeyId"), group.name


def test_every_bucket_has_each_guard_in_its_own_region(program: Recording) -> None:
    regions = {each.name: each.inputs.get("region") for each in program.all(BUCKET)}
    for kind in GUARDS:
        guarding = guards(program, kind)
        assert guarding.keys() == regions.keys(), kind
        assert {k: v.inputs.get("region") for k, v in guarding.items()} == regions, kind


def test_no_bucket_can_become_public(program: Recording) -> None:
    for block in program.all(GUARDS["privacy"]):
        assert {
            key: value
            for key, value in block.inputs.items()
            if key.startswith(("block", "ignore", "restrict"))
        } == {
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        }, block.name


def test_every_bucket_refuses_plain_http(program: Recording) -> None:
    for policy in program.all(GUARDS["policy"]):
        denied = [
            each
            for each in json.loads(policy.inputs["policy"])["Statement"]
            if each["Effect"] == "Deny"
            and each.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        ]
        assert [(each["Principal"], each["Action"]) for each in denied] == [("*", "s3:*")]


def test_every_disk_and_database_is_encrypted_with_our_key(program: Recording) -> None:
    for template in program.all("aws:ec2/launchTemplate:LaunchTemplate"):
        for mapping in template.inputs["blockDeviceMappings"]:
            assert mapping["ebs"]["encrypted"] == "true", template.name
            assert mapping["ebs"]["kmsKeyId"], template.name
            assert mapping["ebs"]["volumeType"] == "gp3", template.name
    for volume in program.all("aws:ebs/volume:Volume"):
        assert volume.inputs["encrypted"] is True, volume.name
        assert volume.inputs["kmsKeyId"], volume.name
    for database in program.all("aws:rds/instance:Instance"):
        assert database.inputs["storageEncrypted"] is True, database.name
    for group in program.all("aws:elasticache/replicationGroup:ReplicationGroup"):
        assert group.inputs["atRestEncryptionEnabled"] is True
        assert group.inputs["transitEncryptionEnabled"] is True
