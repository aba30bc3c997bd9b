"""Failing over on AWS: RDS knows the instances, a CNAME in the private zone knows the primary.

A primary that RDS still has is moved to its standby in another zone, which loses nothing (AWS:
RebootDBInstance with ForceFailover). A primary that is lost is replaced by its read replica (AWS:
PromoteReadReplica), and the name that applications know is pointed there. Nothing but DNS tells
them: their connections break, and the name leads to the new primary within its TTL.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from botocore.exceptions import ClientError

from scripts.exit_codes import ExitCode
from scripts.failover import inventory, journal
from scripts.failover.inventory import Clients, Instance
from scripts.failover.waiting import until
from scripts.faults import OpsError

SECONDS = 1800
"""Of a promotion or a reboot; AWS gives no limit, and they take minutes."""

POLL_SECONDS = 5.0

BACKUP_DAYS = 7
"""How long RDS keeps backups of a promoted replica, which had none of its own."""

REBOOTED_LATELY = timedelta(minutes=15)
"""After a reboot that came to its end a second one is a second outage, and no help."""

TAKES_NO_WRITES = frozenset(
    {
        *("deleting", "failed", "stopped", "storage-full", "restore-error"),
        *("inaccessible-encryption-credentials", "incompatible-network", "incompatible-restore"),
        *("inaccessible-encryption-credentials-recoverable", "incompatible-parameters", "gone"),
    }
)
"""States of an instance that is lost (AWS: DB instance status)."""


class Way(StrEnum):
    """How the database gets a primary that works."""

    REBOOT = "reboot the primary into its standby"
    PROMOTE = "promote the replica"
    POINT = "point the name at the promoted replica"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class RdsRequest:
    """A failover on AWS.

    Args:
        host, replica_host: names in the private zone that applications know.
        promote: promote the replica although RDS still has the primary.
        fenced_by_me: the operator has made sure that the primary takes no writes.
        accept_unknown_loss: what the replica has not received may be lost.
        force: reboot the primary although it was rebooted just now and takes writes.
    """

    host: str
    replica_host: str
    log: Path
    promote: bool = False
    fenced_by_me: bool = False
    accept_unknown_loss: bool = False
    force: bool = False
    poll_seconds: float = POLL_SECONDS


@dataclass(frozen=True, kw_only=True)
class RdsPlan:
    """What was found, and what follows."""

    zone: str
    primary: Instance
    replica: Instance
    way: Way
    refusal: OpsError | None = None
    rebooted: datetime | None = None
    """When the same reboot came to its end just now: it is not made again unless it has to be."""

    @property
    def facts(self) -> dict[str, str]:
        """What the journal says of it."""
        way = self.way.value
        return {"primary": self.primary.name, "standby": self.replica.name, "way": way}


def make(clients: Clients, request: RdsRequest) -> RdsPlan:
    """Find the instances behind the names and decide. Nothing is touched.

    Raises:
        OpsError: a name is in no private zone, or leads to no instance.
    """
    zone = inventory.zone(clients, request.host)
    instances = inventory.instances(clients)
    target, replica_target = (
        inventory.target(clients, zone, n) for n in (request.host, request.replica_host)
    )
    replica = instances.get(replica_target)
    if replica is None:
        raise OpsError(
            f"{request.replica_host} leads to {replica_target}, which is no instance of RDS in "
            "this region; nothing was touched.",
            ExitCode.NOT_FOUND,
        )
    gone = Instance(name=target.partition(".")[0], status="gone", address=target)
    primary = instances.get(target, gone)
    way = _way(primary, replica, request)
    made = RdsPlan(
        zone=zone,
        primary=primary,
        replica=replica,
        way=way,
        refusal=_refusal(primary, replica, way, request),
    )
    if way is not Way.REBOOT or request.force:
        return made
    with suppress(OpsError):  # a journal that cannot be read is in the way of nothing
        made = replace(made, rebooted=journal.finished(request.log, made.facts, REBOOTED_LATELY))
    return made


def steps(made: RdsPlan, request: RdsRequest) -> list[str]:
    """Return what `fail_over` would do, one sentence a step."""
    point = f"Point {request.host} at {made.replica.address}."
    commit = "Commit on the new primary."
    match made.way:
        case Way.REBOOT if made.rebooted:
            return [
                f"Commit on {made.primary.name}, which was rebooted at {made.rebooted:%H:%M:%S} "
                "UTC; only when that fails (or with --force), reboot it again."
            ]
        case Way.REBOOT:
            return [f"Reboot {made.primary.name} into its standby in another zone.", commit]
        case Way.PROMOTE:
            return [f"Promote the replica {made.replica.name}; this takes minutes.", commit, point]
        case Way.POINT:
            return [commit, point]
        case Way.NOTHING:
            return []


def fail_over(
    clients: Clients,
    request: RdsRequest,
    prove: Callable[[str], None],
    tell: Callable[[str], None],
) -> RdsPlan:
    """Give the name that applications know a primary that works.

    RDS itself lets only one of two promotions begin, and pointing twice points once: no lock is
    needed. Run again after it was cut off, it goes on from there.

    Args:
        prove: commits on the server at an address.

    Raises:
        OpsError: it may not be done, or did not end in time.
    """
    made = make(clients, request)
    if made.refusal:
        raise made.refusal
    if made.rebooted:
        with suppress(OpsError):
            prove(made.primary.address)
            made = replace(made, way=Way.NOTHING)
    if made.way is Way.NOTHING:
        return made
    _record(request, journal.BEGUN, made, tell)
    if made.way is Way.REBOOT:
        tell(f"Rebooting {made.primary.name} into its standby …")
        clients.rds.reboot_db_instance(DBInstanceIdentifier=made.primary.name, ForceFailover=True)
        _wait(clients, request, made.primary)
        prove(made.primary.address)
    else:
        _promote(clients, request, made, tell)
        prove(made.replica.address)
        inventory.point(clients, made.zone, request.host, made.replica.address)
        tell(f"{request.host} leads to {made.replica.address}.")
    _record(request, journal.FINISHED, made, tell)
    return made


def _record(request: RdsRequest, event: str, made: RdsPlan, tell: Callable[[str], None]) -> None:
    """Add to the journal. On a full disk it goes on without: RDS and DNS know what was done."""
    try:
        journal.write(request.log, event, made.facts)
    except OpsError as fault:
        tell(str(fault))


def _way(primary: Instance, replica: Instance, request: RdsRequest) -> Way:
    if primary.address == replica.address:
        return Way.NOTHING
    if replica.source is None:
        return Way.POINT
    if primary.status == "available" and primary.multi_az and not request.promote:
        return Way.REBOOT
    return Way.PROMOTE


def _refusal(
    primary: Instance, replica: Instance, way: Way, request: RdsRequest
) -> OpsError | None:
    if way is Way.PROMOTE:
        return _unsafe(primary, replica, request)
    if way is not Way.POINT or primary.status in TAKES_NO_WRITES or request.fenced_by_me:
        return None
    with suppress(OpsError):
        if journal.unfinished(request.log, replica.name):
            return None  # a promotion that was allowed and then cut off
    return OpsError(
        f"{replica.name} is a server of its own and no replica any more, while {primary.name} is "
        f"{primary.status} and may take writes: whatever was written there since is not on "
        f"{replica.name}. Only if it was promoted just now to take over: take the security group "
        f"of {primary.name} away, and say so with --fenced-by-me.",
        ExitCode.REFUSED,
    )


def _unsafe(primary: Instance, replica: Instance, request: RdsRequest) -> OpsError | None:
    if replica.status not in {"available", "modifying"}:
        return OpsError(
            f"The replica {replica.name} is {replica.status}, not available; nothing was touched.",
            ExitCode.REFUSED,
        )
    if primary.status not in TAKES_NO_WRITES and not request.fenced_by_me:
        return OpsError(
            f"The primary {primary.name} is {primary.status}, so it may still take writes. Wait "
            "until it is available, when it is rebooted into its standby without a loss; or take "
            "its security group away, and say so with --fenced-by-me.",
            ExitCode.REFUSED,
        )
    if not request.accept_unknown_loss:
        return OpsError(
            "The replica is asynchronous, and the primary cannot be asked any more how far ahead "
            "it was. CloudWatch's ReplicaLag of the last minutes bounds it: look, and accept the "
            "loss with --accept-unknown-loss.",
            ExitCode.REFUSED,
        )
    return None


def _promote(
    clients: Clients, request: RdsRequest, made: RdsPlan, tell: Callable[[str], None]
) -> None:
    if made.way is Way.PROMOTE:
        tell(f"Promoting {made.replica.name} …")
        try:
            clients.rds.promote_read_replica(
                DBInstanceIdentifier=made.replica.name, BackupRetentionPeriod=BACKUP_DAYS
            )
        except ClientError as error:
            # Somebody else has begun to: what follows is the same.
            if error.response.get("Error", {}).get("Code") != "InvalidDBInstanceState":
                raise
    _wait(clients, request, made.replica)


def _wait(clients: Clients, request: RdsRequest, instance: Instance) -> None:
    def ready() -> bool:
        now = inventory.instances(clients).get(instance.address)
        return now is not None and now.status == "available" and now.source is None

    if not until(ready, SECONDS, pause_seconds=request.poll_seconds):
        raise OpsError(
            f"{instance.name} did not become available within {SECONDS // 60} minutes; its events "
            "in the RDS console say why. Run this again to go on waiting."
        )
