"""Buckets for backups without an end or a copy are rejected."""

from dataclasses import replace

import pytest

from rules.backup_copies import BACKUP_COPIES
from tests.policies.evaluate import UNKNOWN, Resource, stack_violations
from tests.policies.factories import bucket, with_properties

BACKUPS = replace(bucket(), name="backups")
COPY = replace(bucket(), name="backups-copy")
LIFECYCLE = Resource(
    type="aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    name="lifecycle",
    depends={"bucket": ["backups"]},
    properties={"bucket": UNKNOWN, "rules": [{"status": "Enabled"}]},
)
REPLICATION = Resource(
    type="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    name="replication",
    depends={"bucket": ["backups"], "rules": ["backups-copy"]},
    properties={"bucket": UNKNOWN, "rules": [{"status": "Enabled"}]},
)
NO_END = (
    "holds backups and never deletes any. Add a BucketLifecycleConfiguration for it, with a rule "
    "that is Enabled."
)
NO_COPY = (
    "holds backups and has no copy, so they are lost with their region. "
    "Add a BucketReplicationConfig for it, with a rule that is Enabled, to a bucket in another "
    "region."
)


def test_backups_that_end_and_are_copied_pass_and_so_does_their_copy() -> None:
    assert stack_violations(BACKUP_COPIES, [BACKUPS, LIFECYCLE, REPLICATION, COPY]) == []


def test_backups_that_never_end_are_rejected() -> None:
    assert stack_violations(BACKUP_COPIES, [BACKUPS, REPLICATION]) == [
        (f"bucket backups {NO_END}", BACKUPS.urn)
    ]


def test_backups_without_a_copy_are_rejected() -> None:
    assert stack_violations(BACKUP_COPIES, [BACKUPS, LIFECYCLE]) == [
        (f"bucket backups {NO_COPY}", BACKUPS.urn)
    ]


OFF = pytest.mark.parametrize("rules", [None, [], [{"status": "Disabled"}], [{}]])


@OFF
def test_a_lifecycle_without_a_rule_that_is_enabled_ends_nothing(rules: object) -> None:
    lifecycle = with_properties(LIFECYCLE, {"rules": rules})
    assert stack_violations(BACKUP_COPIES, [BACKUPS, lifecycle, REPLICATION]) == [
        (f"bucket backups {NO_END}", BACKUPS.urn)
    ]


@OFF
def test_a_replication_without_a_rule_that_is_enabled_copies_nothing(rules: object) -> None:
    replication = with_properties(REPLICATION, {"rules": rules})
    assert stack_violations(BACKUP_COPIES, [BACKUPS, LIFECYCLE, replication]) == [
        (f"bucket backups {NO_COPY}", BACKUPS.urn)
    ]


def test_one_rule_that_is_enabled_is_enough() -> None:
    rules = [{"status": "Disabled"}, {"status": "Enabled"}]
    resources = [with_properties(each, {"rules": rules}) for each in (LIFECYCLE, REPLICATION)]
    assert stack_violations(BACKUP_COPIES, [BACKUPS, *resources]) == []


@pytest.mark.parametrize("key", ["bucket", "bucketPrefix"])
def test_a_bucket_is_known_by_any_of_its_names(key: str) -> None:
    named = with_properties(bucket(), {key: "acme-Backups-"})
    assert stack_violations(BACKUP_COPIES, [named]) == [
        (f"bucket media {NO_END}", named.urn),
        (f"bucket media {NO_COPY}", named.urn),
    ]


def test_other_buckets_need_neither() -> None:
    assert stack_violations(BACKUP_COPIES, [bucket()]) == []
