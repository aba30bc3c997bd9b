"""What RDS has, and where the names of the private zone lead."""

from dataclasses import dataclass
from typing import Any

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError

TTL_SECONDS = 60


@dataclass(frozen=True)
class Clients:
    """Clients of boto3."""

    rds: Any
    route53: Any


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A database instance as RDS describes it."""

    name: str
    status: str
    address: str = ""
    multi_az: bool = False
    source: str | None = None
    """What it is a replica of."""


def point(clients: Clients, zone: str, host: str, address: str) -> None:
    """Let a name lead to an address."""
    record = {
        "Name": host,
        "Type": "CNAME",
        "TTL": TTL_SECONDS,
        "ResourceRecords": [{"Value": address}],
    }
    changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    clients.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)


def zone(clients: Clients, host: str) -> str:
    """Return the private zone with the longest name that the host lies in.

    Raises:
        OpsError: it lies in none.
    """
    pages = clients.route53.get_paginator("list_hosted_zones").paginate()
    found = {
        zone["Name"]: zone["Id"]
        for page in pages
        for zone in page["HostedZones"]
        if zone["Config"]["PrivateZone"] and f"{host}.".endswith(f".{zone['Name']}")
    }
    if not found:
        raise OpsError(
            f"{host} lies in no private zone of this account: DATABASE_URL is to have the name "
            "that applications know, such as postgres.internal.chat.example.com.",
            ExitCode.NOT_FOUND,
        )
    return found[max(found, key=len)].removeprefix("/hostedzone/")


def target(clients: Clients, zone: str, host: str) -> str:
    """Return where a name leads.

    Raises:
        OpsError: there is no such name.
    """
    found = clients.route53.list_resource_record_sets(
        HostedZoneId=zone, StartRecordName=host, StartRecordType="CNAME", MaxItems="1"
    )["ResourceRecordSets"]
    if not found or (found[0]["Name"].rstrip("."), found[0]["Type"]) != (host, "CNAME"):
        raise OpsError(f"There is no CNAME record {host} in its zone.", ExitCode.NOT_FOUND)
    return str(found[0]["ResourceRecords"][0]["Value"]).rstrip(".")


def instances(clients: Clients) -> dict[str, Instance]:
    """Return address → instance."""
    pages = clients.rds.get_paginator("describe_db_instances").paginate()
    found = [_instance(each) for page in pages for each in page["DBInstances"]]
    return {instance.address: instance for instance in found}


def _instance(described: dict[str, Any]) -> Instance:
    return Instance(
        name=described["DBInstanceIdentifier"],
        status=described["DBInstanceStatus"],
        address=described.get("Endpoint", {}).get("Address", ""),
        multi_az=described.get("MultiAZ", False),
        source=described.get("ReadReplicaSourceDBInstanceIdentifier") or None,
    )
