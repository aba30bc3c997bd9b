import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from service_config import sentinel
from service_config.cloud_init.cache_server import PREPARE as PREPARE_REDIS
from service_config.cloud_init.cloud_config import Part
from tests.service_config.redis_processes import (
    FIRST,
    PASSWORD,
    SECOND,
    CacheMachine,
    Machine,
    answers,
    ask,
    free_port,
    tools_folder,
    wait_until,
)
from tests.service_config.tools import required

OPERATIONS = "127.0.0.13"
RECORD = "redis.internal.chat.example.com"

ARGUMENTS: dict[str, Any] = {
    "primary_address": FIRST,
    "zone_id": "Z123",
    "record_name": RECORD,
    "region": "eu-central-1",
    "secret_arn": "arn:secret",
}

NAMES = {FIRST: "cache-primary", SECOND: "cache-replica", OPERATIONS: "operations"}


def part(address: str = OPERATIONS) -> Part:
    return sentinel.part(**ARGUMENTS, server=NAMES[address])


def files(address: str = OPERATIONS) -> dict[str, str]:
    return {each["path"]: each["content"] for each in part(address).files}


class Site:
    """Three machines, and the AWS command line that notes which records it was to change."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port, self.sentinel_port = free_port(), free_port()
        self.changes = directory / "changes"
        self.machines: dict[str, Machine] = {}
        for address in (SECOND, FIRST, OPERATIONS):
            self.machines[address] = self._machine(address, NAMES[address])

    def _machine(self, address: str, name: str) -> Machine:
        aws = (
            f"case $1 in secretsmanager) echo {PASSWORD} ;; "
            f"*) printf '%s\\n' \"$*\" >>{self.changes} ;; esac"
        )
        machine: Machine
        if address == OPERATIONS:
            ports = {26379: self.sentinel_port, 6379: self.port}
            machine = Machine(self.directory / name, address=address, ports=ports, aws=aws)
        else:
            machine = CacheMachine(
                self.directory / name,
                address=address,
                port=self.port,
                sentinel_port=self.sentinel_port,
                aws=aws,
            )
        for path, text in files(address).items():
            if not path.endswith(".service.d/messaging-app.conf"):
                machine.write(path, text)
        machine.write(sentinel.CONFIGURATION_FILE, "# the package's own\n")
        return machine

    def start(self, address: str) -> None:
        """Boot one machine."""
        machine = self.machines[address]
        if isinstance(machine, CacheMachine):
            assert machine.run(PREPARE_REDIS) == 0
            machine.serve()
        self.start_sentinel(address)

    def start_sentinel(self, address: str) -> None:
        machine = self.machines[address]
        assert machine.run(sentinel.PREPARE) == 0
        program = required("redis-sentinel", "redis-sentinel")
        machine.begin("sentinel", program, machine.path(sentinel.CONFIGURATION_FILE))
        wait_until(lambda: self.sentinel(address, "PING", "+PONG"), "the sentinel answers")

    def replace(self, address: str) -> None:
        """Take an empty machine for one that is lost."""
        self.machines[address].stop()
        self.machines[address] = self._machine(address, f"new-{NAMES[address]}")

    def redis(self, address: str, command: str, expected: str) -> bool:
        return answers(self.port, command, expected, host=address)

    def sentinel(self, address: str, command: str, expected: str) -> bool:
        return answers(self.sentinel_port, command, expected, host=address)

    def ask_sentinel(self, address: str, command: str) -> list[str]:
        answer = ask(self.sentinel_port, command, host=address)
        return [line for line in answer.splitlines() if not line.startswith(("$", "*", "+"))]

    def about_primary(self, address: str) -> dict[str, str]:
        """What a sentinel knows of the primary."""
        fields = self.ask_sentinel(address, "SENTINEL MASTER cache")
        return dict(zip(fields[::2], fields[1::2], strict=False))

    def has_met_everybody(self, address: str) -> bool:
        known = self.about_primary(address)
        return (known["num-slaves"], known["num-other-sentinels"]) == ("1", "2")

    def stop(self) -> None:
        for machine in self.machines.values():
            machine.stop()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    for program in ("redis-server", "redis-sentinel"):
        required(program, program)
    site = Site(tmp_path)
    yield site
    site.stop()


def start_all(site: Site) -> None:
    """Start the site, and return when its sentinels know each other and the replica."""
    for address in (SECOND, FIRST, OPERATIONS):
        site.start(address)
    for address in site.machines:
        wait_until(lambda a=address: site.has_met_everybody(a), f"{address} knows everybody")


def test_a_lost_primary_is_succeeded_by_its_replica_and_comes_back_as_a_replica(
    site: Site,
) -> None:
    start_all(site)
    ask(site.port, "CONFIG SET repl-diskless-sync-delay 0", host=FIRST)
    assert ":1\r\n" in ask(site.port, "SET before hello\r\nWAIT 1 30000", host=FIRST)

    site.machines[FIRST].stop()
    wait_until(lambda: site.redis(SECOND, "ROLE", "master"), "the replica is promoted")
    wait_until(site.changes.exists, "the record is changed")
    assert json.loads(batch(site.changes.read_text(encoding="utf-8").splitlines()[0])) == {
        "Changes": [
            {
                "Action": "UPSERT",
                "ResourceRecordSet": {
                    "Name": RECORD,
                    "Type": "A",
                    "TTL": 10,
                    "ResourceRecords": [{"Value": SECOND}],
                },
            }
        ]
    }
    assert "+OK" in ask(site.port, "SET after hello", host=SECOND)

    site.replace(FIRST)
    site.start(FIRST)
    for key in ("before", "after"):
        wait_until(lambda k=key: site.redis(FIRST, f"GET {k}", "hello"), f"it holds {key}")
    assert site.redis(FIRST, "ROLE", "slave")
    assert site.redis(SECOND, "DBSIZE", ":2\r\n")
    # The new machine's sentinel takes the place of the old one, and learns who is the primary.
    for address in site.machines:
        wait_until(lambda a=address: site.has_met_everybody(a), f"{address} knows everybody")
        assert SECOND in site.ask_sentinel(address, "SENTINEL GET-MASTER-ADDR-BY-NAME cache")
    assert site.sentinel(FIRST, "SENTINEL CKQUORUM cache", "OK 3 usable Sentinels")


def batch(call: str) -> str:
    """Return the change batch of a call of the AWS command line."""
    assert call.startswith("route53 change-resource-record-sets --region eu-central-1")
    assert " --hosted-zone-id Z123 " in call
    return call.split(" --change-batch ")[1]


def test_a_restarted_sentinel_knows_what_it_knew_and_takes_a_new_password(site: Site) -> None:
    start_all(site)
    machine = site.machines[OPERATIONS]
    machine.kill("sentinel")
    tools_folder(machine.directory, aws="echo another")
    assert machine.run(sentinel.PREPARE) == 0

    lines = machine.path(sentinel.CONFIGURATION_FILE).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("sentinel known-sentinel")]) == 2
    assert f"sentinel known-replica cache {SECOND} {site.port}" in lines
    passwords = [line for line in lines if "pass" in line]
    assert passwords == ["requirepass another", "sentinel auth-pass cache another"]
    assert not [line for line in lines if line.startswith("user ")]


def test_a_sentinel_refuses_whoever_lacks_the_password(site: Site) -> None:
    site.start_sentinel(OPERATIONS)
    answer = ask(site.sentinel_port, "SENTINEL MASTERS", password="", host=OPERATIONS)
    assert answer.startswith("-NOAUTH")


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., tuple[int, list[str]]]:
    """Run the script after the promotion of SECOND; give its status and what it had changed."""

    def run(*, primary: str, aws: str = "") -> tuple[int, list[str]]:
        changes = tmp_path / "changes"
        machine = Machine(
            tmp_path / "machine",
            address=OPERATIONS,
            ports={},
            aws=aws or f'printf "%s\\n" "$*" >>{changes}',
        )
        tools_folder(
            machine.directory,
            **{"redis-cli": f'[ "$REDISCLI_AUTH" = {PASSWORD} ] && printf "{primary}"'},
        )
        machine.write(sentinel.CONFIGURATION_FILE, f'port 1\nrequirepass "{PASSWORD}"\n')
        machine.write(sentinel.PUBLISH, files()[sentinel.PUBLISH])
        promotion = ("cache", "observer", "start", FIRST, "6379", SECOND, "6379")
        status = machine.run(sentinel.PUBLISH, *promotion)
        return status, changes.read_text(encoding="utf-8").splitlines() if changes.exists() else []

    return run


def test_the_name_follows_the_promotion(publish: Callable[..., Any]) -> None:
    status, changes = publish(primary=f"{SECOND}\\n6379\\n")
    assert status == 0
    assert [json.loads(batch(each))["Changes"][0]["Action"] for each in changes] == ["UPSERT"]


def test_a_late_repetition_does_not_undo_the_next_promotion(publish: Callable[..., Any]) -> None:
    assert publish(primary=f"{FIRST}\\n6379\\n") == (0, [])


@pytest.mark.parametrize(
    "fault",
    [
        {"primary": ""},
        {"primary": "NOAUTH Authentication required."},
        {"primary": f"{SECOND}\\n6379\\n", "aws": "exit 254"},
    ],
)
def test_a_name_that_could_not_be_changed_is_tried_again(
    publish: Callable[..., Any], fault: dict[str, str]
) -> None:
    assert publish(**fault) == (1, [])


def test_each_server_is_a_sentinel_of_its_own_that_it_stays() -> None:
    identities = [
        line
        for address in NAMES
        for line in files(address)[sentinel.SETTINGS_FILE].splitlines()
        if line.startswith("sentinel myid ")
    ]
    assert len(set(identities)) == 3
    assert files() == files()


def test_the_service_may_run_the_script_and_fetch_the_password() -> None:
    drop_in = files()["/etc/systemd/system/redis-sentinel.service.d/messaging-app.conf"]
    assert f"ExecStartPre=+{sentinel.PREPARE}\n" in drop_in
    assert {"NoExecPaths=", "MemoryDenyWriteExecute=no"} <= set(drop_in.splitlines())
