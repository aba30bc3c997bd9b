"""The account watches itself, and people hear of what it finds."""

import json

import pytest

from components.aws.account_audit import AccountAudit, AccountAuditArgs
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

FEATURE = "aws:guardduty/detectorFeature:DetectorFeature"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


@pytest.fixture
def built(identity: Identity) -> Recording:
    args = AccountAuditArgs(
        identity=identity,
        account_id=ACCOUNT_ID,
        bucket="audit",
        kms_key_arn="arn:aws:kms:key",
        alert_topic_arn="arn:aws:sns:alerts",
    )
    return record(lambda: AccountAudit("account", args))


def test_it_is_one_of_each_service(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:AccountAudit": 1,
        "messaging-app:aws:AccountRecorder": 1,
        "aws:accessanalyzer/analyzer:Analyzer": 1,
        "aws:cfg/deliveryChannel:DeliveryChannel": 1,
        "aws:cfg/recorder:Recorder": 1,
        "aws:cfg/recorderStatus:RecorderStatus": 1,
        RULE: 1,
        TARGET: 1,
        "aws:ebs/encryptionByDefault:EncryptionByDefault": 1,
        "aws:guardduty/detector:Detector": 1,
        FEATURE: 4,
        "aws:iam/accountPasswordPolicy:AccountPasswordPolicy": 1,
        "aws:iam/role:Role": 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
        "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_threats_are_looked_for_in_calls_objects_disks_and_logins(built: Recording) -> None:
    detector = built.one("aws:guardduty/detector:Detector").inputs
    assert (detector["enable"], detector["findingPublishingFrequency"]) == (True, "FIFTEEN_MINUTES")
    features = {each.inputs["name"]: each.inputs["status"] for each in built.all(FEATURE)}
    assert features == dict.fromkeys(
        ("S3_DATA_EVENTS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS"),
        "ENABLED",
    )


def test_people_hear_of_findings_that_are_medium_or_worse(built: Recording) -> None:
    rule = built.one(RULE).inputs
    pattern = json.loads(rule["eventPattern"])
    assert pattern["source"] == ["aws.guardduty"]
    assert pattern["detail"] == {"severity": [{"numeric": [">=", 4]}]}
    target = built.one(TARGET).inputs
    assert (target["rule"], target["arn"]) == (rule["name"], "arn:aws:sns:alerts")


def test_config_records_everything_into_the_audit_bucket(built: Recording) -> None:
    recorder = built.one("aws:cfg/recorder:Recorder").inputs
    assert recorder["recordingGroup"] == {"allSupported": True, "includeGlobalResourceTypes": True}
    channel = built.one("aws:cfg/deliveryChannel:DeliveryChannel").inputs
    assert (channel["s3BucketName"], channel["s3KmsKeyArn"]) == ("audit", "arn:aws:kms:key")
    status = built.one("aws:cfg/recorderStatus:RecorderStatus")
    assert status.inputs == {"name": "default", "isEnabled": True}
    channel_urn = built.one("aws:cfg/deliveryChannel:DeliveryChannel").urn
    assert channel_urn in status.request.dependencies


def test_config_may_look_at_everything_and_write_below_its_prefix_only(built: Recording) -> None:
    (trust,) = json.loads(built.one("aws:iam/role:Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}}
    policy = json.loads(built.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert [each["Resource"] for each in policy["Statement"]] == [
        ["arn:aws:s3:::audit"],
        [f"arn:aws:s3:::audit/AWSLogs/{ACCOUNT_ID}/Config/*"],
        ["arn:aws:kms:key"],
    ]


def test_no_bucket_of_the_account_can_be_opened_and_no_new_disk_is_plain(built: Recording) -> None:
    block = built.one("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock").inputs
    assert block.pop("accountId") == ACCOUNT_ID
    assert set(block.values()) == {True}
    assert len(block) == 4
    assert built.one("aws:ebs/encryptionByDefault:EncryptionByDefault").inputs == {"enabled": True}


def test_passwords_are_long_and_not_used_again(built: Recording) -> None:
    policy = built.one("aws:iam/accountPasswordPolicy:AccountPasswordPolicy").inputs
    assert (policy["minimumPasswordLength"], policy["passwordReusePrevention"]) == (14, 24)
