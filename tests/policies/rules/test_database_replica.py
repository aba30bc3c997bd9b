"""Databases without a replica are rejected."""

from dataclasses import replace

from rules.database_replica import DATABASE_REPLICA
from tests.policies.evaluate import stack_violations
from tests.policies.factories import database, replica

MESSAGE = (
    "database database has no replica in this stack, so there is none to fail over to "
    "(guide, Business Continuity 1). Add an Instance with replicateSourceDb."
)


def test_a_database_with_a_replica_passes() -> None:
    assert stack_violations(DATABASE_REPLICA, [database(), replica()]) == []


def test_the_source_may_be_named_in_plain_text() -> None:
    named = replace(replica(replicateSourceDb="database"), depends={})
    assert stack_violations(DATABASE_REPLICA, [database(), named]) == []


def test_the_source_may_be_an_arn_that_comes_from_the_database() -> None:
    by_arn = replica(replicateSourceDb="arn:aws:rds:eu-central-1:123456789012:db:database")
    assert stack_violations(DATABASE_REPLICA, [database(), by_arn]) == []


def test_a_database_alone_is_rejected() -> None:
    assert stack_violations(DATABASE_REPLICA, [database()]) == [(MESSAGE, database().urn)]


def test_the_replica_of_another_database_does_not_count() -> None:
    other = replace(replica(replicateSourceDb="other"), depends={})
    assert stack_violations(DATABASE_REPLICA, [database(), other]) == [(MESSAGE, database().urn)]
