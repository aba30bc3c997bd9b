"""Route 53."""

from collections.abc import Mapping
from typing import Any

from tests.offline.aws.account import NEW_TAGS, TAGS, Account, Case, MakeCase, State
from tests.offline.aws.cases.vpc import a_vpc


def a_zone(account: Account) -> State:
    return account.create("aws:route53/zone:Zone", name=f"{account.unique('app')}.example.org")


def public_zone(account: Account) -> Case:
    return Case(
        token="aws:route53/zone:Zone",
        inputs={
            "name": f"{account.unique('app')}.example.org",
            "comment": "Managed by Pulumi",
            "tags": TAGS,
        },
        changes={"comment": "changed", "tags": NEW_TAGS},
        meddle=lambda state: account.client("route53").update_hosted_zone_comment(
            Id=state["id"], Comment="by hand"
        ),
        drift={"comment": "by hand"},
    )


def private_zone(account: Account) -> Case:
    vpcs = [{"vpcId": a_vpc(account)} for _ in range(3)]
    return Case(
        token="aws:route53/zone:Zone",
        inputs={
            "name": f"internal.{account.unique('app')}.example.org",
            "vpcs": vpcs[:2],
            "tags": TAGS,
        },
        changes={"vpcs": vpcs[1:], "tags": NEW_TAGS},
        meddle=lambda state: account.client("route53").disassociate_vpc_from_hosted_zone(
            HostedZoneId=state["id"],
            VPC={"VPCId": vpcs[0]["vpcId"], "VPCRegion": "eu-central-1"},
        ),
        drift={"vpcs": vpcs[1:2]},
        untold=frozenset({"nameServers", "primaryNameServer"}),
    )


def _record(
    account: Account,
    label: str,
    *,
    inputs: Mapping[str, Any],
    changes: Mapping[str, Any],
    drift: Mapping[str, Any],
) -> Case:
    zone, client = a_zone(account), account.client("route53")
    name = f"{label}.{zone['name']}"
    # Its neighbours in the zone must not be taken for it.
    for neighbour in (f"a{label}", f"z{label}"):
        account.create(
            "aws:route53/record:Record",
            zoneId=zone["zoneId"],
            name=f"{neighbour}.{zone['name']}",
            type="A",
            ttl=1,
            records=["192.0.2.1"],
        )

    def meddle(state: State) -> None:
        changed = {"Name": name, "Type": "A", "TTL": 5, "ResourceRecords": [{"Value": "192.0.2.9"}]}
        client.change_resource_record_sets(
            HostedZoneId=zone["zoneId"],
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": changed}]},
        )

    return Case(
        token="aws:route53/record:Record",
        inputs={"zoneId": zone["zoneId"], "name": name, "type": "A", **inputs},
        changes=changes,
        meddle=meddle,
        drift=drift,
        required=frozenset({"ttl", "records", "aliases"}),
    )


def record(account: Account) -> Case:
    return _record(
        account,
        "redis",
        inputs={"ttl": 60, "records": ["10.0.0.1", "10.0.0.2"]},
        changes={"ttl": 30, "records": ["10.0.0.3"], "type": "TXT"},
        drift={"ttl": 5, "records": ["192.0.2.9"]},
    )


def wildcard_record(account: Account) -> Case:
    return _record(
        account,
        "*",
        inputs={"ttl": 60, "records": ["10.0.0.1"]},
        changes={"ttl": 30, "records": ["10.0.0.3"], "type": "TXT"},
        drift={"ttl": 5, "records": ["192.0.2.9"]},
    )


def alias_record(account: Account) -> Case:
    target = {"name": "alb-1.eu-central-1.elb.amazonaws.com", "zoneId": "Z215JYRZR1TBD5"}
    return _record(
        account,
        "api",
        inputs={"aliases": [{**target, "evaluateTargetHealth": True}]},
        changes={"aliases": [{**target, "evaluateTargetHealth": False}], "type": "AAAA"},
        drift={"aliases": []},
    )


CASES: tuple[MakeCase, ...] = (public_zone, private_zone, record, wildcard_record, alias_record)
