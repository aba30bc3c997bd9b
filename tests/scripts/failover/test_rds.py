import json
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from offline.moto_gaps import rds as moto_rds
from scripts.exit_codes import ExitCode
from scripts.failover import rds
from scripts.failover.inventory import Clients
from scripts.failover.rds import RdsRequest, Way
from scripts.faults import OpsError

ZONE = "internal.chat.example.com"
HOST, REPLICA_HOST = f"postgres.{ZONE}", f"postgres-replica.{ZONE}"
REGION = "eu-central-1"


@dataclass
class Account:
    """An account with a primary, its replica and the names of both."""

    clients: Clients
    zone: str
    log: Path
    proven: list[str] = field(default_factory=list[str])
    said: list[str] = field(default_factory=list[str])

    def address(self, instance: str) -> str:
        found = self.clients.rds.describe_db_instances(DBInstanceIdentifier=instance)
        return str(found["DBInstances"][0]["Endpoint"]["Address"])

    def point(self, name: str, target: str) -> None:
        record = {
            "Name": name,
            "Type": "CNAME",
            "TTL": 60,
            "ResourceRecords": [{"Value": target}],
        }
        self.clients.route53.change_resource_record_sets(
            HostedZoneId=self.zone,
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
        )

    def target(self, name: str) -> str:
        found = self.clients.route53.list_resource_record_sets(
            HostedZoneId=self.zone, StartRecordName=name, StartRecordType="CNAME", MaxItems="1"
        )
        return str(found["ResourceRecordSets"][0]["ResourceRecords"][0]["Value"])

    def request(self, **more: Any) -> RdsRequest:
        known: dict[str, Any] = {"host": HOST, "replica_host": REPLICA_HOST, "log": self.log}
        known["poll_seconds"] = 0.01
        return RdsRequest(**{**known, **more})

    def fail_over(self, **more: Any) -> rds.RdsPlan:
        return rds.fail_over(
            self.clients, self.request(**more), self.proven.append, self.said.append
        )


def client(service: str) -> Any:
    session: Any = boto3.Session(region_name=REGION)
    return session.client(service)


@pytest.fixture(autouse=True)
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto is done at once: a wait that does not end is a fault."""
    monkeypatch.setattr(rds, "SECONDS", 20)


@pytest.fixture(scope="module")
def emulated() -> Generator[tuple[Clients, str]]:
    """An emulated AWS with the private zone: making and ending one takes seconds."""
    with mock_aws():
        clients = Clients(client("rds"), client("route53"))
        made = clients.route53.create_hosted_zone(
            Name=ZONE,
            CallerReference="test",
            HostedZoneConfig={"PrivateZone": True},
            VPC={"VPCRegion": REGION, "VPCId": "vpc-1"},
        )
        yield clients, made["HostedZone"]["Id"].removeprefix("/hostedzone/")


@pytest.fixture
def account(
    emulated: tuple[Clients, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[Account]:
    for where, name, corrected in moto_rds.CORRECTED:
        if name == "promote_read_replica":
            monkeypatch.setattr(where, name, corrected(getattr(where, name)))
    found = Account(*emulated, tmp_path / "failover.jsonl")
    found.clients.rds.create_db_instance(
        DBInstanceIdentifier="primary",
        DBInstanceClass="db.m6i.2xlarge",
        Engine="postgres",
        AllocatedStorage=500,
        MasterUsername="messaging",
        MasterUserPassword="correct-horse",
        MultiAZ=True,
    )
    found.clients.rds.create_db_instance_read_replica(
        DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="primary"
    )
    found.point(HOST, found.address("primary"))
    found.point(REPLICA_HOST, found.address("replica"))
    yield found
    for name in ("replica", "primary"):
        found.clients.rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def lose(account: Account) -> None:
    """RDS says that the primary is lost."""
    account.clients.rds.stop_db_instance(DBInstanceIdentifier="primary")


def refused(account: Account, **more: Any) -> OpsError:
    with pytest.raises(OpsError) as raised:
        account.fail_over(**more)
    return raised.value


def test_a_primary_that_is_there_moves_to_its_standby_and_keeps_its_name(account: Account) -> None:
    before = account.target(HOST)

    done = account.fail_over()

    assert done.way is Way.REBOOT
    assert account.target(HOST) == before
    assert account.proven == [before]


def test_a_reboot_that_came_to_its_end_is_not_made_again(account: Account) -> None:
    account.fail_over()
    account.said.clear()

    again = account.fail_over()

    assert (again.way, account.said) == (Way.NOTHING, [])
    assert account.proven == [account.address("primary")] * 2, "it is asked for a commit"
    assert (
        "which was rebooted at"
        in rds.steps(rds.make(account.clients, account.request()), account.request())[0]
    )


def test_a_primary_that_takes_no_writes_after_its_reboot_is_rebooted_again(
    account: Account,
) -> None:
    account.fail_over()
    faults = [OpsError("It takes no writes.")]

    def fails_once(_address: str) -> None:
        if faults:
            raise faults.pop()

    done = rds.fail_over(account.clients, account.request(), fails_once, account.said.append)

    assert (done.way, len(account.said)) == (Way.REBOOT, 2)


@pytest.mark.parametrize("long_ago", [timedelta(minutes=16), timedelta(minutes=-1)])
def test_a_reboot_of_another_time_is_no_reason_not_to(
    account: Account, long_ago: timedelta
) -> None:
    account.fail_over()
    lines = [json.loads(line) for line in account.log.read_text().splitlines()]
    for line in lines:
        line["time"] = (datetime.now(UTC) - long_ago).isoformat()
    account.log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    assert account.fail_over().way is Way.REBOOT


def test_a_reboot_that_was_cut_off_or_is_forced_is_made(account: Account) -> None:
    account.fail_over()
    assert account.fail_over(force=True).way is Way.REBOOT

    *before, _finished = account.log.read_text().splitlines(keepends=True)
    account.log.write_text("".join(before))
    assert account.fail_over().way is Way.REBOOT


def test_a_journal_that_cannot_be_written_is_said_and_in_the_way_of_nothing(
    account: Account,
) -> None:
    account.log.mkdir()

    done = account.fail_over()

    assert done.way is Way.REBOOT
    assert sum("record of failovers cannot be written" in said for said in account.said) == 2


def test_a_lost_primary_is_replaced_by_its_replica(account: Account) -> None:
    lose(account)

    done = account.fail_over(accept_unknown_loss=True)

    assert done.way is Way.PROMOTE
    assert account.proven == [account.address("replica")]
    assert account.target(HOST) == account.address("replica")
    found = account.clients.rds.describe_db_instances(DBInstanceIdentifier="replica")
    assert not found["DBInstances"][0].get("ReadReplicaSourceDBInstanceIdentifier")


def test_a_second_run_says_that_nothing_was_left_to_do(account: Account) -> None:
    lose(account)
    account.fail_over(accept_unknown_loss=True)

    assert account.fail_over().way is Way.NOTHING


def test_a_promotion_that_was_cut_off_goes_on_with_the_name(account: Account) -> None:
    lose(account)
    account.clients.rds.promote_read_replica(DBInstanceIdentifier="replica")

    assert account.fail_over().way is Way.POINT
    assert account.target(HOST) == account.address("replica")


def test_a_replica_that_somebody_made_a_server_of_its_own_gets_no_name(account: Account) -> None:
    account.clients.rds.promote_read_replica(DBInstanceIdentifier="replica")
    before = account.target(HOST)

    fault = refused(account)

    assert fault.code == ExitCode.REFUSED
    assert str(fault).startswith(
        "replica is a server of its own and no replica any more, while primary is available and "
        "may take writes"
    )
    assert (account.target(HOST), account.proven) == (before, [])
    assert account.fail_over(fenced_by_me=True).way is Way.POINT


def test_a_promotion_of_ours_that_was_cut_off_goes_on_though_the_primary_is_back(
    account: Account,
) -> None:
    def cut_off(_address: str) -> None:
        raise KeyboardInterrupt

    request = account.request(promote=True, fenced_by_me=True, accept_unknown_loss=True)
    with pytest.raises(KeyboardInterrupt):
        rds.fail_over(account.clients, request, cut_off, account.said.append)

    assert account.fail_over().way is Way.POINT
    assert account.target(HOST) == account.address("replica")


def test_a_server_that_does_not_commit_gets_no_name(account: Account) -> None:
    lose(account)
    before = account.target(HOST)

    def fails(_address: str) -> None:
        raise OpsError("It takes no writes.")

    with pytest.raises(OpsError, match="takes no writes"):
        request = account.request(accept_unknown_loss=True)
        rds.fail_over(account.clients, request, fails, account.said.append)

    assert account.target(HOST) == before


def test_a_loss_that_nobody_can_tell_is_accepted_first(account: Account) -> None:
    lose(account)

    fault = refused(account)

    assert fault.code == ExitCode.REFUSED
    assert "--accept-unknown-loss" in str(fault)
    assert not account.log.exists()


def test_a_primary_that_may_take_writes_is_not_replaced(account: Account) -> None:
    fault = refused(account, promote=True, accept_unknown_loss=True)

    assert str(fault).startswith("The primary primary is available, so it may still take writes.")
    assert account.target(HOST) == account.address("primary")


def test_the_operators_word_is_a_fence(account: Account) -> None:
    done = account.fail_over(promote=True, accept_unknown_loss=True, fenced_by_me=True)

    assert done.way is Way.PROMOTE
    assert account.target(HOST) == account.address("replica")


def test_a_plan_touches_nothing(account: Account) -> None:
    lose(account)
    request = account.request(accept_unknown_loss=True)
    before = account.target(HOST)

    made = rds.make(account.clients, request)

    assert rds.steps(made, request) == [
        "Promote the replica replica; this takes minutes.",
        "Commit on the new primary.",
        f"Point {HOST} at {account.address('replica')}.",
    ]
    assert account.target(HOST) == before


def test_a_name_outside_of_every_private_zone_is_told(account: Account) -> None:
    fault = refused(account, host="db.example.org")

    assert fault.code == ExitCode.NOT_FOUND
    assert str(fault).startswith("db.example.org lies in no private zone of this account")


def test_a_replica_name_that_leads_nowhere_is_told(account: Account) -> None:
    account.point(REPLICA_HOST, "somewhere.else")

    fault = refused(account)

    assert fault.code == ExitCode.NOT_FOUND
    assert "leads to somewhere.else, which is no instance of RDS" in str(fault)
