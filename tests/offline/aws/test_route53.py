"""Zones and records: names, types and deletion."""

from typing import Any

import pytest

from offline.aws.route53 import RECORD, ZONE
from offline.provider import lifecycle
from offline.provider.api import ApiError
from tests.offline.aws.account import Account, State
from tests.offline.aws.cases.route53 import a_zone


def records_of(account: Account, zone: State) -> list[tuple[str, str]]:
    """Name and type of the records that somebody made."""
    found = account.client("route53").list_resource_record_sets(HostedZoneId=zone["zoneId"])
    made = [each for each in found["ResourceRecordSets"] if each["Type"] not in {"NS", "SOA"}]
    return [(each["Name"], each["Type"]) for each in made]


def an_address(zone: State, name: str) -> dict[str, Any]:
    return {
        "zoneId": zone["zoneId"],
        "name": name,
        "type": "A",
        "ttl": 60,
        "records": ["192.0.2.1"],
    }


@pytest.mark.parametrize("name", ["api", "API.{zone}", "api.{zone}."])
def test_a_record_is_found_by_its_full_name_however_it_is_given(
    account: Account, name: str
) -> None:
    zone = a_zone(account)

    state = account.create(RECORD.token, **an_address(zone, name.format(zone=zone["name"])))

    assert state["fqdn"] == f"api.{zone['name']}"
    assert records_of(account, zone) == [(f"api.{zone['name']}.", "A")]


def test_a_record_for_the_zone_itself_takes_the_name_of_the_zone(account: Account) -> None:
    zone = a_zone(account)

    state = account.create(RECORD.token, **an_address(zone, zone["name"]))

    assert state["fqdn"] == zone["name"]


def test_a_record_of_another_type_leaves_none_of_the_old_type(account: Account) -> None:
    zone, client = a_zone(account), account.client("route53")
    olds = an_address(zone, "postgres")
    news = {**olds, "type": "CNAME", "records": ["db.example.net"]}
    state = account.create(RECORD.token, **olds)

    lifecycle.update(RECORD, client, state["id"], state, olds, news)

    assert records_of(account, zone) == [(f"postgres.{zone['name']}.", "CNAME")]


def test_a_record_turns_from_an_address_into_an_alias(account: Account) -> None:
    zone, client = a_zone(account), account.client("route53")
    alias = {"name": "alb.example.net", "zoneId": "Z215JYRZR1TBD5", "evaluateTargetHealth": True}
    olds = an_address(zone, "api")
    news = {"zoneId": zone["zoneId"], "name": "api", "type": "A", "aliases": [alias]}
    state = account.create(RECORD.token, **olds)

    after = lifecycle.update(RECORD, client, state["id"], state, olds, news)

    assert (after["aliases"], after["records"]) == ([alias], [])


def test_a_record_that_exists_is_not_taken_over_unasked(account: Account) -> None:
    zone = a_zone(account)
    inputs = an_address(zone, "api")
    account.create(RECORD.token, **inputs)

    with pytest.raises(ApiError, match="already exists"):
        account.create(RECORD.token, **inputs)

    account.create(RECORD.token, **inputs, allowOverwrite=True)


def test_a_zone_with_records_is_not_deleted(account: Account) -> None:
    zone, client = a_zone(account), account.client("route53")
    account.create(RECORD.token, **an_address(zone, "api"))

    with pytest.raises(ApiError, match="HostedZoneNotEmpty"):
        lifecycle.delete(ZONE, client, zone["id"], zone)


def test_a_public_zone_names_its_servers(account: Account) -> None:
    assert len(a_zone(account)["nameServers"]) == 4
