"""Route 53: public and private zones, and their records."""

import uuid
from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import tag_map
from offline.provider.table import ID, Call, From, K, P, Read, Resource, Run, Scope

GONE = ("NoSuchHostedZone",)


def _vpc(client: Any, vpc: Mapping[str, Any]) -> dict[str, str]:
    region = vpc.get("vpcRegion", client.meta.region_name)
    return {"VPCRegion": region, "VPCId": vpc["vpcId"]}


def _create_zone(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    vpcs = [_vpc(client, vpc) for vpc in new.get("vpcs", [])]
    request = {
        "Name": new["name"],
        # AWS refuses a request that it has seen before.
        "CallerReference": str(uuid.uuid4()),
        "HostedZoneConfig": {"Comment": new.get("comment", ""), "PrivateZone": bool(vpcs)},
        **({"VPC": vpcs[0]} if vpcs else {}),
    }
    answer = invoke(client, "create_hosted_zone", request)
    return {"id": answer["HostedZone"]["Id"].removeprefix("/hostedzone/")}


def _associate(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """First what joins, then what leaves: a private zone is never without a VPC."""
    wanted = [_vpc(client, vpc) for vpc in new["vpcs"]]
    # A new zone was created with the first one.
    present = [_vpc(client, vpc) for vpc in old.get("vpcs", [])] if old else wanted[:1]
    for operation, some, others in (
        ("associate_vpc_with_hosted_zone", wanted, present),
        ("disassociate_vpc_from_hosted_zone", present, wanted),
    ):
        for vpc in some:
            if vpc not in others:
                invoke(client, operation, {"HostedZoneId": new["id"], "VPC": vpc})
    return {}


WHICH_TAGS: Mapping[str, Any] = {"ResourceType": "hostedzone", "ResourceId": ID}

RETAG = retag(
    "change_tags_for_resource",
    "change_tags_for_resource",
    WHICH_TAGS,
    tags_name="AddTags",
    keys_name="RemoveTagKeys",
)

ZONE = Resource(
    token="aws:route53/zone:Zone",
    service="route53",
    create=Run(_create_zone, uses=(P("name"), P("comment"), P("vpcs"))),
    configure=(RETAG, Run(_associate, uses=(P("vpcs"),))),
    update=(Call("update_hosted_zone_comment", {"Id": ID, "Comment": P("comment", default="")}),),
    read=(
        Read(
            "get_hosted_zone",
            {"Id": ID},
            "@",
            {
                "zoneId": From("HostedZone.Id", lambda path: path.removeprefix("/hostedzone/")),
                "arn": From("HostedZone.Id", lambda path: f"arn:aws:route53:::{path[1:]}"),
                "name": From("HostedZone.Name", lambda name: name.rstrip(".")),
                "comment": "HostedZone.Config.Comment || ''",
                "vpcs": "VPCs[].{vpcId: VPCId, vpcRegion: VPCRegion}",
                "nameServers": "DelegationSet.NameServers",
                "primaryNameServer": "DelegationSet.NameServers[0]",
            },
        ),
        Read(
            "list_tags_for_resource",
            WHICH_TAGS,
            "ResourceTagSet",
            {"tags": From("Tags", tag_map)},
        ),
    ),
    delete=(Call("delete_hosted_zone", {"Id": ID}),),
    gone=GONE,
)

ALIAS_KEYS = {
    "name": "DNSName",
    "zoneId": "HostedZoneId",
    "evaluateTargetHealth": "EvaluateTargetHealth",
}


def _alias_target(aliases: list[dict[str, Any]]) -> dict[str, Any]:
    return {api: aliases[0][ours] for ours, api in ALIAS_KEYS.items()}


def _aliases(target: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not target:
        return []
    alias = {ours: target[api] for ours, api in ALIAS_KEYS.items()}
    return [{**alias, "name": alias["name"].rstrip(".")}]


def _full_name(client: Any, properties: Scope) -> str:
    """A record may be named relative to its zone."""
    answer = invoke(client, "get_hosted_zone", {"Id": properties["zoneId"]})
    zone, name = answer["HostedZone"]["Name"].rstrip("."), properties["name"].rstrip(".").lower()
    return name if name == zone or name.endswith(f".{zone}") else f"{name}.{zone}"


def _record_set(fqdn: str, properties: Scope) -> dict[str, Any]:
    record = {"Name": fqdn, "Type": properties["type"]}
    if aliases := properties.get("aliases"):
        return {**record, "AliasTarget": _alias_target(aliases)}
    values = [{"Value": value} for value in properties.get("records", [])]
    ttl = {"TTL": properties["ttl"]} if "ttl" in properties else {}
    return {**record, **ttl, "ResourceRecords": values}


def _change(client: Any, zone_id: str, changes: list[tuple[str, Mapping[str, Any]]]) -> None:
    """Make all of the changes at once: nobody ever finds no record."""
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    request = {"HostedZoneId": zone_id, "ChangeBatch": {"Changes": batch}}
    invoke(client, "change_resource_record_sets", request)


def _current(client: Any, properties: Scope) -> list[tuple[str, Mapping[str, Any]]]:
    """The deletion of the record as it is now, for AWS wants it spelled out; or nothing."""
    request = {
        "HostedZoneId": properties["zoneId"],
        "StartRecordName": properties["fqdn"],
        "StartRecordType": properties["type"],
        "MaxItems": "1",
    }
    found = invoke(client, "list_resource_record_sets", request)["ResourceRecordSets"]
    which = (f"{properties['fqdn']}.", properties["type"])
    return [("DELETE", record) for record in found if (record["Name"], record["Type"]) == which]


def _create_record(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    fqdn = _full_name(client, new)
    action = "UPSERT" if new.get("allowOverwrite") else "CREATE"
    _change(client, new["zoneId"], [(action, _record_set(fqdn, new))])
    return {"fqdn": fqdn}


def _update_record(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    leaving = _current(client, old) if new["type"] != old["type"] else []
    _change(client, new["zoneId"], [*leaving, ("UPSERT", _record_set(new["fqdn"], new))])
    return {}


def _delete_record(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    if leaving := _current(client, new):
        _change(client, new["zoneId"], leaving)
    return {}


RECORD_INPUTS = (
    P("zoneId", replaces=True),
    P("name", replaces=True),
    P("type"),
    P("ttl", default=0),
    P("records", default=[]),
    P("aliases", default=[]),
)

RECORD = Resource(
    token="aws:route53/record:Record",
    service="route53",
    create=Run(_create_record, uses=RECORD_INPUTS),
    id="{zoneId}_{name}_{type}",
    update=(Run(_update_record, uses=RECORD_INPUTS),),
    read=(
        Read(
            "list_resource_record_sets",
            {
                "HostedZoneId": K("zoneId"),
                "StartRecordName": K("fqdn"),
                "StartRecordType": K("type"),
                "MaxItems": "1",
            },
            "ResourceRecordSets[?Name == '$fqdn.' && Type == '$type'] | [0]",
            {
                "fqdn": From("Name", lambda name: name.rstrip(".")),
                "ttl": "TTL",
                "records": "ResourceRecords[].Value || `[]`",
                "aliases": From("AliasTarget || `{}`", _aliases),
            },
        ),
    ),
    delete=(Run(_delete_record),),
    options=frozenset({"allowOverwrite"}),
    gone=GONE,
)

RESOURCES: tuple[Resource, ...] = (ZONE, RECORD)
