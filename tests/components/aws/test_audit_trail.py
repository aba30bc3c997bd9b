"""Every call to the account is recorded, and the record cannot be changed unseen."""

import json
from typing import Any

import pytest

from components.aws.audit_trail import AuditTrail, AuditTrailArgs, audit_statements
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
TRAIL = "aws:cloudtrail/trail:Trail"

TRAIL_ARN = f"arn:aws:cloudtrail:eu-central-1:{ACCOUNT_ID}:trail/messaging-app-test-audit"


def build(identity: Identity, *data_buckets: str) -> Recording:
    args = AuditTrailArgs(
        identity=identity,
        region="eu-central-1",
        account_id=ACCOUNT_ID,
        kms_key_arn="arn:aws:kms:key",
        bucket="messaging-app-test-audit",
        data_buckets=data_buckets,
    )
    return record(lambda: AuditTrail("audit-trail", args))


@pytest.fixture
def built(identity: Identity) -> Recording:
    return build(identity, "arn:aws:s3:::media", "arn:aws:s3:::backups")


def test_it_is_a_trail_with_a_log_group_and_a_role(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:AuditTrail": 1,
        TRAIL: 1,
        GROUP: 1,
        ROLE: 1,
        "aws:iam/rolePolicy:RolePolicy": 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_trail_sees_all_regions_and_is_signed_and_encrypted(built: Recording) -> None:
    trail = built.one(TRAIL).inputs
    switches = (
        "isMultiRegionTrail",
        "includeGlobalServiceEvents",
        "enableLogFileValidation",
        "enableLogging",
    )
    assert [trail[each] for each in switches] == [True] * 4
    assert trail["kmsKeyId"] == "arn:aws:kms:key"
    assert trail["s3BucketName"] == "messaging-app-test-audit"
    assert trail["name"] == "messaging-app-test-audit"


def test_events_are_kept_for_a_year_where_alarms_can_count_them(built: Recording) -> None:
    group = built.one(GROUP).inputs
    assert group["name"] == "/messaging-app/test/audit-trail"
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, "arn:aws:kms:key")
    trail = built.one(TRAIL).inputs
    assert trail["cloudWatchLogsGroupArn"].endswith(":audit-trail-log-group:*")
    assert trail["cloudWatchLogsRoleArn"].endswith(":audit-trail-role")


def selectors(built: Recording) -> list[dict[str, Any]]:
    return built.one(TRAIL).inputs["advancedEventSelectors"]


def test_calls_and_what_happens_to_objects_are_recorded(built: Recording) -> None:
    assert [each["fieldSelectors"] for each in selectors(built)] == [
        [{"field": "eventCategory", "equals": ["Management"]}],
        [
            {"field": "eventCategory", "equals": ["Data"]},
            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            {
                "field": "resources.ARN",
                "startsWiths": ["arn:aws:s3:::media/", "arn:aws:s3:::backups/"],
            },
        ],
    ]


def test_without_buckets_only_calls_are_recorded(identity: Identity) -> None:
    assert len(selectors(build(identity))) == 1


def test_only_this_trail_may_take_the_role_and_only_write_streams(built: Recording) -> None:
    (trust,) = json.loads(built.one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL_ARN}}
    policy = built.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    (statement,) = json.loads(policy)["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert [each.rsplit(":", 2)[1:] for each in statement["Resource"]] == [["log-stream", "*"]]


def test_the_bucket_takes_records_of_this_trail_and_this_account_only(identity: Identity) -> None:
    statements = audit_statements(
        "arn:aws:s3:::audit", identity=identity, region="eu-central-1", account_id=ACCOUNT_ID
    )
    found = {each["Sid"]: each for each in statements}
    assert found.keys() == {"TrailLooks", "TrailWrites", "ConfigLooks", "ConfigWrites"}
    for sid, each in found.items():
        equal = each["Condition"]["StringEquals"]
        if sid.startswith("Trail"):
            assert equal["aws:SourceArn"] == TRAIL_ARN
        else:
            assert equal["aws:SourceAccount"] == ACCOUNT_ID
        assert ("s3:x-amz-acl" in equal) == sid.endswith("Writes")
    assert found["TrailWrites"]["Resource"] == f"arn:aws:s3:::audit/AWSLogs/{ACCOUNT_ID}/*"
    assert found["ConfigWrites"]["Resource"] == f"arn:aws:s3:::audit/AWSLogs/{ACCOUNT_ID}/Config/*"


def test_outputs_name_the_trail_and_its_group(built: Recording) -> None:
    assert built.outputs == {
        "arn": f"arn:aws:mock::{ACCOUNT_ID}:audit-trail-trail",
        "log_group": "/messaging-app/test/audit-trail",
    }
