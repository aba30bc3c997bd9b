"""Private names resolve in the VPC only, and follow a failover quickly."""

import pytest

from components.aws.dns import PrivateZone, PrivateZoneArgs
from components.identity import Identity
from tests.components.recording import Recording, record

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"


@pytest.fixture(scope="module")
def args(identity: Identity) -> PrivateZoneArgs:
    return PrivateZoneArgs(identity=identity, domain="chat.example.com", vpc_id="vpc-1")


@pytest.fixture(scope="module")
def built(args: PrivateZoneArgs) -> Recording:
    def build() -> PrivateZone:
        zone = PrivateZone("private", args)
        zone.add_alias("postgres", "database.rds.amazonaws.com")
        zone.add_address("redis", "10.0.32.10")
        return zone

    return record(build)


def test_it_is_one_zone_and_the_records_that_were_added(built: Recording) -> None:
    assert built.counts() == {"messaging-app:aws:PrivateZone": 1, ZONE: 1, RECORD: 2}


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_zone_is_seen_from_the_vpc_alone(built: Recording) -> None:
    zone = built.one(ZONE).inputs
    assert zone["name"] == "internal.chat.example.com"
    assert zone["vpcs"] == [{"vpcId": "vpc-1"}]


def test_an_alias_points_at_a_name(built: Recording) -> None:
    assert built.one(RECORD, "private-postgres").inputs == {
        "zoneId": built.outputs["zone_id"],
        "name": "postgres.internal.chat.example.com",
        "type": "CNAME",
        "ttl": 60,
        "records": ["database.rds.amazonaws.com"],
    }


def test_an_address_points_at_a_server(built: Recording) -> None:
    assert built.one(RECORD, "private-redis").inputs == {
        "zoneId": built.outputs["zone_id"],
        "name": "redis.internal.chat.example.com",
        "type": "A",
        "ttl": 60,
        "records": ["10.0.32.10"],
    }


def test_an_address_that_moves_is_given_once(args: PrivateZoneArgs) -> None:
    def build() -> PrivateZone:
        zone = PrivateZone("private", args)
        zone.add_address("redis", "10.0.32.10", ttl_seconds=10, moves=True)
        zone.add_address("fixed", "10.0.32.11")
        return zone

    moved = record(build)
    assert list(moved.one(RECORD, "private-redis").request.ignoreChanges) == ["records"]
    assert moved.one(RECORD, "private-redis").inputs["ttl"] == 10
    assert list(moved.one(RECORD, "private-fixed").request.ignoreChanges) == []


def test_an_alias_that_moves_is_given_once(args: PrivateZoneArgs) -> None:
    def build() -> PrivateZone:
        zone = PrivateZone("private", args)
        zone.add_alias("postgres", "database.rds.amazonaws.com", moves=True)
        zone.add_alias("fixed", "other.rds.amazonaws.com")
        return zone

    moved = record(build)
    assert list(moved.one(RECORD, "private-postgres").request.ignoreChanges) == ["records"]
    assert list(moved.one(RECORD, "private-fixed").request.ignoreChanges) == []


def test_adding_a_record_returns_the_name_that_clients_use(args: PrivateZoneArgs) -> None:
    names: list[str] = []

    def build() -> PrivateZone:
        zone = PrivateZone("private", args)
        zone.add_alias("postgres", "database.rds.amazonaws.com").apply(names.append)
        zone.add_address("redis", "10.0.32.10").apply(names.append)
        return zone

    record(build)
    assert sorted(names) == [
        "postgres.internal.chat.example.com",
        "redis.internal.chat.example.com",
    ]
