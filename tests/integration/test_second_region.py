"""The runbook of a lost region, carried out: nothing that the second region uses is ever lost.

One story, whose steps are fixtures that stand on each other, with the commands that
docs/runbooks/second-region.md gives.
"""

import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import yaml

from offline import emulator
from offline.workspace import ROOT, Workspace
from settings.load import SETTINGS_KEY
from tests.integration.answers import instances
from tests.integration.engine import COPY_REGION, REGION, Engine, changes
from tests.integration.holdings import holdings

RUNBOOK = ROOT / "docs" / "runbooks" / "second-region.md"
# Before 2.13 (Debian 12 has 2.9) the AWS CLI takes no notice of the variable.
AT_THE_EMULATOR = """aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }\n"""
DOMAIN = "chat.example.com"
COPIED = ("backups", "media")

pytestmark = pytest.mark.skipif(
    shutil.which("aws") is None, reason="the runbook's commands need the AWS CLI"
)


@dataclass(frozen=True)
class Recovery:
    """Production and its recovery in one emulated account."""

    prod: Engine
    dr: Engine

    def client(self, service: str, region: str = COPY_REGION) -> Any:
        """boto3's client for the account."""
        return self.prod.client(service, region)

    def run(self, containing: str) -> None:
        """Run the runbook's commands of the block that contains a text, but for `make`."""
        blocks = re.findall(
            r"^( *)```sh\n(.*?)^ *```", RUNBOOK.read_text(), re.MULTILINE | re.DOTALL
        )
        (found,) = [textwrap.dedent(body) for _, body in blocks if containing in body]
        commands = "".join(line for line in found.splitlines(True) if not line.startswith("make "))
        subprocess.run(
            ["bash", "-euc", AT_THE_EMULATOR + commands],
            cwd=ROOT,
            env=self.prod.environment(),
            check=True,
            timeout=600,
        )

    def target(self, label: str) -> str:
        """Where a public name leads."""
        return self.records()[f"{label}.{DOMAIN}."]["AliasTarget"]["DNSName"].rstrip(".")

    def records(self) -> dict[str, dict[str, Any]]:
        """Records of the public zone by name; of several types of one name, the last."""
        route53 = self.client("route53")
        (zone,) = [
            each
            for each in route53.list_hosted_zones()["HostedZones"]
            if not each["Config"]["PrivateZone"]
        ]
        told = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        return {each["Name"]: each for each in told}


def configure(engine: Engine, changed: Mapping[str, Mapping[str, Any]]) -> None:
    """Let a stack's settings say something else than its file."""
    engine.workspace.prepare()
    file = engine.workspace.config_file
    content = yaml.safe_load(file.read_text())
    settings = content["config"][SETTINGS_KEY]
    for key, values in changed.items():
        settings[key] = {**settings.get(key, {}), **values}
    file.write_text(yaml.safe_dump(content))


@pytest.fixture(scope="module")
def recovery(no_account: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recovery]:
    """Production is up, and the recovery is not."""
    base = tmp_path_factory.mktemp("recovery")
    prod, dr = Workspace("prod", base=base), Workspace("dr", base=base)
    try:
        prod.prepare()
        running = emulator.start(prod)
        made = Recovery(Engine(prod, running), Engine(dr, running))
        configure(made.prod, {})
        made.prod.project_stack().up()
        yield made
    finally:
        emulator.stop(prod)


@pytest.fixture(scope="module")
def moved(recovery: Recovery) -> dict[str, str]:
    """The operations server's volume before and after its zone was lost."""
    ec2 = recovery.client("ec2", REGION)
    (server,) = instances(ec2, "monitoring")
    before = volume(ec2, server)
    ec2.terminate_instances(InstanceIds=[server["InstanceId"]])
    configure(recovery.prod, {"operations": {"zone": f"{REGION}b"}})
    subprocess.run(
        [
            "pulumi",
            "state",
            "unprotect",
            "--yes",
            "--stack",
            "prod",
            urn(recovery, "operations-data"),
        ],
        cwd=ROOT,
        env=recovery.prod.environment(),
        check=True,
    )
    recovery.prod.project_stack().up(refresh=True)
    (server,) = instances(ec2, "monitoring")
    return {
        "before": before,
        "after": volume(ec2, server),
        "zone": server["Placement"]["AvailabilityZone"],
    }


def urn(recovery: Recovery, name: str) -> str:
    """The URN of a resource of production."""
    told = recovery.prod.project_stack().export_stack().deployment or {}
    (found,) = [each["urn"] for each in told["resources"] if each["urn"].endswith(f"::{name}")]
    return found


def volume(ec2: Any, server: Mapping[str, Any]) -> str:
    """The volume for metrics that a server has."""
    attached = [{"Name": "attachment.instance-id", "Values": [server["InstanceId"]]}]
    volumes = ec2.describe_volumes(Filters=attached)["Volumes"]
    (found,) = [
        each["VolumeId"]
        for each in volumes
        if any(tag["Value"].endswith("operations-data") for tag in each.get("Tags", []))
    ]
    return found


@pytest.fixture(scope="module")
def stopped(recovery: Recovery, moved: dict[str, str]) -> Recovery:
    """Step 2: the first region writes no more."""
    recovery.run("update-auto-scaling-group")
    return recovery


@pytest.fixture(scope="module")
def taken_over(stopped: Recovery) -> Recovery:
    """Steps 3 and 4: the second region is up and has the names, and copies into the first."""
    told = stopped.prod.project_stack().outputs()["recovery_settings"].value
    configure(stopped.dr, {"recovery": told})
    stopped.dr.project_stack().up()
    assert stopped.target("api") == balancer(stopped, REGION)
    copies = {"copy_region": REGION}
    configure(stopped.dr, {"recovery": {**told, "take_over": True}, "storage": copies})
    stopped.dr.project_stack().up()
    return stopped


def balancer(recovery: Recovery, region: str) -> str:
    """The name of a region's load balancer."""
    (found,) = recovery.client("elbv2", region).describe_load_balancers()["LoadBalancers"]
    return found["DNSName"]


def bucket(recovery: Recovery, purpose: str) -> str:
    """The one bucket of a purpose, such as `prod-media-copy`."""
    pattern = re.compile(rf"messaging-app-{purpose}-\d+[0-9a-f]+")
    names = [each["Name"] for each in recovery.client("s3").list_buckets()["Buckets"]]
    (found,) = [name for name in names if pattern.fullmatch(name)]
    return found


@pytest.fixture(scope="module")
def gone(taken_over: Recovery) -> Recovery:
    """The old region is taken down, with objects in the buckets that always hold some."""
    for purpose in ("logs", "audit", "configuration"):
        taken_over.client("s3", REGION).put_object(
            Bucket=bucket(taken_over, f"prod-{purpose}"), Key="delivered-since", Body=b"it"
        )
    taken_over.run("state unprotect --all")
    taken_over.prod.project_stack().destroy()
    return taken_over


def test_after_the_loss_of_its_zone_the_operations_server_begins_anew_in_another(
    moved: dict[str, str], recovery: Recovery
) -> None:
    assert moved["zone"] == f"{REGION}b"
    assert moved["after"] != moved["before"]
    # Its metrics can be had again once the zone is back.
    kept = recovery.client("ec2", REGION).describe_volumes(VolumeIds=[moved["before"]])
    assert kept["Volumes"][0]["State"] != "deleting"


def test_a_stopped_region_has_no_server_that_writes(stopped: Recovery) -> None:
    ec2 = stopped.client("ec2", REGION)
    assert {role: len(instances(ec2, role)) for role in ("api", "websocket", "monitoring")} == {
        "api": 0,
        "websocket": 0,
        "monitoring": 0,
    }


def test_a_stopped_region_copies_nothing_into_the_second(stopped: Recovery) -> None:
    s3 = stopped.client("s3", REGION)
    for purpose in COPIED:
        with pytest.raises(s3.exceptions.ClientError, match="replication configuration"):
            s3.get_bucket_replication(Bucket=bucket(stopped, f"prod-{purpose}"))


def test_taking_over_turns_the_names(taken_over: Recovery) -> None:
    for label in ("api", "ws"):
        assert taken_over.target(label) == balancer(taken_over, COPY_REGION)


@pytest.mark.parametrize("purpose", COPIED)
def test_a_recovered_stack_copies_the_buckets_that_it_was_given(
    taken_over: Recovery, purpose: str
) -> None:
    told = taken_over.client("s3").get_bucket_replication(
        Bucket=bucket(taken_over, f"prod-{purpose}-copy")
    )
    (rule,) = told["ReplicationConfiguration"]["Rules"]
    copy = bucket(taken_over, f"dr-{purpose}-copy")
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{copy}"


def test_taking_the_old_region_down_takes_nothing_from_the_second(gone: Recovery) -> None:
    found = gone.dr.project_stack().preview_refresh()
    assert changes(found.change_summary) == {}


def test_names_and_their_zone_stay_with_the_second_region(gone: Recovery) -> None:
    for label in ("api", "ws"):
        assert gone.target(label) == balancer(gone, COPY_REGION)
    types = {each["Type"] for each in gone.records().values()}
    assert {"CNAME", "A"} <= types


@pytest.mark.parametrize("purpose", COPIED)
def test_copies_stay_guarded_and_their_key_usable(gone: Recovery, purpose: str) -> None:
    s3, name = gone.client("s3"), bucket(gone, f"prod-{purpose}-copy")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_policy(Bucket=name)["Policy"]
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    key = rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"]
    assert gone.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_copied_backups_of_the_database_stay(gone: Recovery) -> None:
    told = gone.client("rds").describe_db_instance_automated_backups(
        DBInstanceIdentifier="messaging-app-prod-database"
    )
    assert [each["Status"] for each in told["DBInstanceAutomatedBackups"]] == ["retained"]


def test_of_the_old_region_stays_what_holds_data_and_nothing_else(gone: Recovery) -> None:
    left = holdings(partial(gone.client, region=REGION))
    everywhere = {"roles", "instance profiles", "zones", "budgets", "trails"}
    of_the_second = {"aliases of keys", "alarms", "topics", "subscriptions"}
    assert left.keys() - everywhere - of_the_second == {
        "automated backups",
        "buckets",
        "keys",
        "snapshots",
        "volumes",
    }
    assert [name for name in left["roles"] if "-prod-" in name] == []


@pytest.mark.parametrize("purpose", ["logs", "audit"])
def test_logs_and_the_audit_trail_stay(gone: Recovery, purpose: str) -> None:
    told = gone.client("s3", REGION).list_objects_v2(Bucket=bucket(gone, f"prod-{purpose}"))
    assert "delivered-since" in {each["Key"] for each in told["Contents"]}


def test_the_database_leaves_a_snapshot_that_its_key_still_opens(gone: Recovery) -> None:
    told = gone.client("rds", REGION).describe_db_snapshots()["DBSnapshots"]
    final = "messaging-app-prod-database-final-"
    (snapshot,) = [each for each in told if each["DBSnapshotIdentifier"].startswith(final)]
    key = gone.client("kms", REGION).describe_key(KeyId=snapshot["KmsKeyId"])["KeyMetadata"]
    assert key["KeyState"] == "Enabled"
