"""People hear of what RDS does to the database by itself."""

import pytest

from components.aws.database_events import DatabaseEvents, DatabaseEventsArgs
from components.identity import Identity
from tests.components.recording import Recording, record

SUBSCRIPTION = "aws:rds/eventSubscription:EventSubscription"
TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:alerts"


@pytest.fixture
def built(identity: Identity) -> Recording:
    args = DatabaseEventsArgs(
        identity=identity, topic_arn=TOPIC_ARN, instance_identifiers=["primary", "replica"]
    )
    return record(lambda: DatabaseEvents("database-events", args))


def test_it_is_one_subscription(built: Recording) -> None:
    assert built.counts() == {"messaging-app:aws:DatabaseEvents": 1, SUBSCRIPTION: 1}
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_topic_learns_of_failovers_and_failures_of_both_instances(built: Recording) -> None:
    inputs = built.one(SUBSCRIPTION).inputs
    assert (inputs["snsTopic"], inputs["sourceType"]) == (TOPIC_ARN, "db-instance")
    assert inputs["sourceIds"] == ["primary", "replica"]
    assert {"failover", "failure", "low storage", "maintenance"} <= set(inputs["eventCategories"])
