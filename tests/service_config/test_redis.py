import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from service_config import redis
from service_config.cloud_init.cache_server import PREPARE
from tests.service_config.redis_processes import (
    FIRST,
    PASSWORD,
    SECOND,
    CacheMachine,
    free_port,
)
from tests.service_config.tools import required

GUIDE = """\
maxmemory 8gb
maxmemory-policy allkeys-lru
appendonly yes
appendfsync everysec
"""


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[tuple[CacheMachine, CacheMachine]]:
    required("redis-server", "redis-server")
    port = free_port()
    pair = (
        CacheMachine(tmp_path / "first", address=FIRST, port=port),
        CacheMachine(tmp_path / "second", address=SECOND, port=port),
    )
    yield pair
    for machine in pair:
        machine.stop()


@pytest.fixture
def pair(machines: tuple[CacheMachine, CacheMachine]) -> tuple[CacheMachine, CacheMachine]:
    """Both run, and the second has what the first one was given."""
    first, second = machines
    for machine in (second, first):
        assert machine.run(PREPARE) == 0
        machine.serve()
    first.ask("CONFIG SET repl-diskless-sync-delay 0")
    # WAIT answers as soon as one replica has it, and after 30 s at the latest.
    assert ":1\r\n" in first.ask("SET greeting hello\r\nWAIT 1 30000")
    return first, second


def replaced(machine: CacheMachine, directory: Path) -> CacheMachine:
    """Return a new machine in place of one whose disk is lost with it."""
    machine.stop()
    return CacheMachine(directory, address=machine.address, port=machine.port)


def test_the_guide_s_values_are_there_word_for_word() -> None:
    assert GUIDE in redis.configuration()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("maxmemory", str(8 * 1024**3)),
        ("maxmemory-policy", "allkeys-lru"),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
    ],
)
def test_a_real_server_runs_with_the_guide_s_values(
    machines: tuple[CacheMachine, CacheMachine], name: str, value: str
) -> None:
    _, second = machines
    second.run(PREPARE)
    second.serve()
    assert f"\r\n{value}\r\n" in second.ask(f"CONFIG GET {name}")


def test_a_real_server_refuses_whoever_lacks_the_password(
    machines: tuple[CacheMachine, CacheMachine],
) -> None:
    _, second = machines
    second.run(PREPARE)
    second.serve()
    assert second.ask("PING", password="").startswith("-NOAUTH")


def test_of_two_new_servers_the_first_is_the_primary_and_the_second_holds_the_same(
    pair: tuple[CacheMachine, CacheMachine],
) -> None:
    first, second = pair
    assert (first.follows, second.follows) == ([], [f"replicaof {FIRST} {first.port}"])
    assert "hello" in second.ask("GET greeting")


def test_the_password_is_for_redis_alone(machines: tuple[CacheMachine, CacheMachine]) -> None:
    _, second = machines
    second.run(PREPARE)
    assert {f"requirepass {PASSWORD}", f"masterauth {PASSWORD}"} <= set(second.configuration)
    assert second.path(redis.CONFIGURATION_FILE).stat().st_mode & 0o077 == 0


def test_a_replaced_primary_follows_the_one_that_was_promoted(
    pair: tuple[CacheMachine, CacheMachine], tmp_path: Path
) -> None:
    first, second = pair
    second.ask("REPLICAOF NO ONE")
    new = replaced(first, tmp_path / "new")
    assert new.run(PREPARE) == 0
    assert new.follows == [f"replicaof {SECOND} {new.port}"]


def test_a_replaced_primary_waits_while_only_a_replica_has_the_data(
    pair: tuple[CacheMachine, CacheMachine], tmp_path: Path
) -> None:
    first, second = pair
    new = replaced(first, tmp_path / "new")
    new.begin("prepare", new.path(PREPARE))
    with pytest.raises(subprocess.TimeoutExpired):
        new.wait_for("prepare", seconds=2)
    second.ask("REPLICAOF NO ONE")
    assert new.wait_for("prepare", seconds=30) == 0
    assert new.follows == [f"replicaof {SECOND} {new.port}"]


def test_a_new_primary_waits_for_the_other_server_as_it_may_hold_data(
    machines: tuple[CacheMachine, CacheMachine],
) -> None:
    first, second = machines
    first.begin("prepare", first.path(PREPARE))
    with pytest.raises(subprocess.TimeoutExpired):
        first.wait_for("prepare", seconds=2)
    second.run(PREPARE)
    second.serve()
    assert first.wait_for("prepare", seconds=30) == 0
    assert first.follows == []


def test_a_server_with_data_starts_as_what_it_was(
    pair: tuple[CacheMachine, CacheMachine],
) -> None:
    first, second = pair
    # What Sentinel does to both when it promotes the second one.
    second.ask("REPLICAOF NO ONE\r\nCONFIG REWRITE")
    first.ask(f"REPLICAOF {SECOND} {second.port}\r\nCONFIG REWRITE")
    for machine in pair:
        machine.kill("redis")
        assert machine.run(PREPARE) == 0
    assert (first.follows, second.follows) == ([f"replicaof {SECOND} {second.port}"], [])
    # Nothing of what Redis has written into it is left over.
    assert first.configuration.count(f"requirepass {PASSWORD}") == 1
    assert not [line for line in first.configuration if line.startswith("user ")]
