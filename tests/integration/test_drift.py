"""What somebody changes behind the program's back is seen by a refresh, and mended by an up."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.answers import private_records
from tests.integration.conftest import Platform
from tests.integration.engine import Watch, changes

DATABASE = "messaging-app-local-database"

WRITER = "postgres.internal.local.chat.example.com"
"""A name that a failover turns; its record's logical name is the next one."""
WRITER_RECORD = "names-postgres"


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One change with boto3."""

    resource: str
    """The changed resource's logical name."""
    property: str
    """What the engine calls the changed property."""
    meddle: Callable[[Platform], None]
    read: Callable[[Platform], Any]
    """What AWS says of it: the same before the change and after the mending."""


def narrow_clients(platform: Platform) -> None:
    ec2, rule = platform.client("ec2"), _rule(platform)
    ec2.modify_security_group_rules(
        GroupId=rule["GroupId"],
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": rule["SecurityGroupRuleId"],
                "SecurityGroupRule": {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "CidrIpv4": "198.51.100.0/24",
                    "Description": "Clients",
                },
            }
        ],
    )


def _rule(platform: Platform) -> dict[str, Any]:
    group = platform.outputs["security_group_ids"]["load-balancer"]
    of_group = [{"Name": "group-id", "Values": [group]}]
    rules = platform.client("ec2").describe_security_group_rules(Filters=of_group)
    (found,) = [
        each
        for each in rules["SecurityGroupRules"]
        if not each["IsEgress"] and each["FromPort"] == 443
    ]
    return found


def _bucket(platform: Platform) -> dict[str, str]:
    return {"Bucket": platform.outputs["media_location"].removeprefix("s3://")}


def weaken_encryption(platform: Platform) -> None:
    weaker = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    platform.client("s3").put_bucket_encryption(
        **_bucket(platform), ServerSideEncryptionConfiguration={"Rules": [weaker]}
    )


def encryption(platform: Platform) -> Any:
    told = platform.client("s3").get_bucket_encryption(**_bucket(platform))
    (rule,) = told["ServerSideEncryptionConfiguration"]["Rules"]
    return rule["ApplyServerSideEncryptionByDefault"]


def shrink_servers(platform: Platform) -> None:
    platform.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=_group(platform)["AutoScalingGroupName"], MinSize=1
    )


def _group(platform: Platform) -> dict[str, Any]:
    groups = platform.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    (found,) = [each for each in groups if "api" in each["AutoScalingGroupName"]]
    return found


def shrink_database(platform: Platform) -> None:
    platform.client("rds").modify_db_instance(
        DBInstanceIdentifier=DATABASE, DBInstanceClass="db.t3.micro", ApplyImmediately=True
    )


def database_class(platform: Platform) -> str:
    described = platform.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)
    return described["DBInstances"][0]["DBInstanceClass"]


DRIFTS = (
    Drift(
        resource="firewall-load-balancer-from-world-443",
        property="cidrIpv4",
        meddle=narrow_clients,
        read=lambda platform: _rule(platform)["CidrIpv4"],
    ),
    Drift(resource="media-encryption", property="rules", meddle=weaken_encryption, read=encryption),
    Drift(
        resource="api-group",
        property="minSize",
        meddle=shrink_servers,
        read=lambda platform: _group(platform)["MinSize"],
    ),
    Drift(
        resource="database-primary",
        property="instanceClass",
        meddle=shrink_database,
        read=database_class,
    ),
)
each_drift = pytest.mark.parametrize("drift", DRIFTS, ids=lambda drift: drift.resource)


def write_to(platform: Platform, target: str) -> None:
    """Turn the writer's name to another target, as a failover does."""
    route53 = platform.client("route53")
    zones = route53.list_hosted_zones()["HostedZones"]
    (zone,) = [each for each in zones if each["Config"]["PrivateZone"]]
    record = {"Name": WRITER, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": target}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone["Id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


def writer(platform: Platform) -> str:
    """Where the writer's name leads."""
    (value,) = private_records(platform.client("route53"))[WRITER]["ResourceRecords"]
    return value["Value"]


@dataclass(frozen=True)
class Meddled:
    """The platform after all drifts at once: two runs of the engine do for every test."""

    before: dict[str, Any]
    """What AWS said, by resource."""
    seen: Watch
    """The engine's preview of a refresh."""


@pytest.fixture(scope="module")
def promoted(platform: Platform) -> Iterator[str]:
    """The replica, which the writer's name leads to for as long as this module's tests run."""
    primary = writer(platform)
    replica = primary.replace(DATABASE, f"{DATABASE}-replica")
    write_to(platform, replica)
    yield replica
    write_to(platform, primary)
    platform.engine.project_stack().refresh()


@pytest.fixture(scope="module")
def meddled(platform: Platform, promoted: str) -> Meddled:
    before = {drift.resource: drift.read(platform) for drift in DRIFTS}
    for drift in DRIFTS:
        drift.meddle(platform)
        assert drift.read(platform) != before[drift.resource]
    seen = Watch()
    platform.engine.project_stack().preview_refresh(on_event=seen)
    return Meddled(before, seen)


@pytest.fixture(scope="module")
def mended(platform: Platform, meddled: Meddled) -> Watch:
    done = Watch()
    platform.engine.project_stack().up(refresh=True, on_event=done)
    return done


def test_without_meddling_a_refresh_finds_nothing(platform: Platform) -> None:
    found = platform.engine.project_stack().preview_refresh()
    assert changes(found.change_summary) == {}


def test_without_a_change_of_the_program_a_second_up_changes_nothing(platform: Platform) -> None:
    done = platform.engine.project_stack().up()
    assert changes(done.summary.resource_changes) == {}


@each_drift
def test_a_refresh_sees(drift: Drift, meddled: Meddled) -> None:
    assert meddled.seen.operations[drift.resource] == ["update"]
    assert drift.property in meddled.seen.differing[drift.resource]


def test_a_refresh_sees_nothing_else(meddled: Meddled) -> None:
    # Not the writer's name either, which is meant to move.
    assert meddled.seen.operations.keys() == {drift.resource for drift in DRIFTS}


@each_drift
def test_an_up_mends(platform: Platform, drift: Drift, meddled: Meddled, mended: Watch) -> None:
    assert mended.operations[drift.resource] == ["refresh", "update"]
    assert drift.read(platform) == meddled.before[drift.resource]


def test_an_up_changes_nothing_else(mended: Watch) -> None:
    touched = {name for name, done in mended.operations.items() if set(done) != {"refresh"}}
    assert touched == {drift.resource for drift in DRIFTS}


def test_an_up_leaves_a_name_where_a_failover_turned_it(
    platform: Platform, promoted: str, mended: Watch
) -> None:
    assert mended.operations[WRITER_RECORD] == ["refresh"]
    assert writer(platform) == promoted
