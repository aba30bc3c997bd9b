"""RDS may send metrics of our instances, and of no one else's."""

import json

import pytest

from components.aws.database_monitoring import EnhancedMonitoring, EnhancedMonitoringArgs
from components.identity import Identity
from tests.components.recording import ACCOUNT_ID, Recording, record

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
ROLE = "aws:iam/role:Role"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = EnhancedMonitoringArgs(
        identity=identity,
        region="eu-central-1",
        account_id=ACCOUNT_ID,
        identifiers=["database", "database-replica"],
    )
    return record(lambda: EnhancedMonitoring("monitoring", args))


def test_it_is_a_role_with_one_right(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:EnhancedMonitoring": 1,
        ATTACHMENT: 1,
        ROLE: 1,
    }
    assert built.one(ATTACHMENT).inputs["policyArn"] == (
        "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    )


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_nobody_is_made_a_deputy_of_somebody_else(built: Recording) -> None:
    document = json.loads(built.one(ROLE).inputs["assumeRolePolicy"])
    assert document["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["sts:AssumeRole"],
            "Principal": {"Service": "monitoring.rds.amazonaws.com"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT_ID},
                "ArnEquals": {
                    "aws:SourceArn": [
                        f"arn:aws:rds:eu-central-1:{ACCOUNT_ID}:db:database",
                        f"arn:aws:rds:eu-central-1:{ACCOUNT_ID}:db:database-replica",
                    ]
                },
            },
        }
    ]


def test_its_output_is_the_role(built: Recording) -> None:
    assert built.outputs == {"role_arn": f"arn:aws:mock::{ACCOUNT_ID}:monitoring-role"}
