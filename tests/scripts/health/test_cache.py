import time

import pytest
from pydantic import SecretStr

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.health import cache
from scripts.health.check import Finding, State
from tests.services.ports import free_port
from tests.services.redis import PASSWORD, redis

PATIENCE_SECONDS = 60


def ask(url: SecretStr, *, replica_expected: bool = False) -> dict[str, Finding]:
    found = cache.cache(url, replica_expected=replica_expected)
    return {each.name: each for each in found}


def test_a_primary_on_a_docker_host_is_well_without_a_replica() -> None:
    with redis("--maxmemory", "64mb") as running:
        found = ask(running.url())

    assert found["cache"].state is State.OK
    assert found["cache"].detail.startswith("primary, Redis ")
    assert found["cache memory"].state is State.OK
    assert " of 64 MiB (" in found["cache memory"].detail


def test_a_primary_that_nobody_follows_is_a_warning_where_a_replica_is_expected() -> None:
    with redis() as running:
        found = ask(running.url(), replica_expected=True)

    assert found["cache"].state is State.WARNING
    assert found["cache"].detail.endswith(", 0 replicas follow")


def test_a_cache_that_is_nearly_full_is_a_warning() -> None:
    with redis("--maxmemory", "700kb") as running:
        found = ask(running.url())

    assert found["cache memory"].state is State.WARNING


def test_a_replica_in_the_primarys_place_is_critical() -> None:
    with (
        redis() as primary,
        redis("--replicaof", "127.0.0.1", str(primary.port)) as replica,
    ):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "is up" not in (found := ask(replica.url()))["cache"].detail:
            assert time.monotonic() < deadline
        followed = ask(primary.url(), replica_expected=True)

    assert followed["cache"].state is State.OK
    assert found["cache"].state is State.CRITICAL
    assert found["cache"].detail.endswith(
        "is a replica, its link to the primary is up: it takes no writes"
    )


@pytest.mark.parametrize(
    ("password", "message"), [("wrong", "Redis: .*password"), ("", "Redis: .*authenticat")]
)
def test_a_wrong_password_is_a_sentence_without_the_password(password: str, message: str) -> None:
    with redis() as running, pytest.raises(OpsError, match=message) as raised:
        ask(running.url(password))

    assert raised.value.code == ExitCode.UNREACHABLE
    assert PASSWORD not in str(raised.value)


def test_a_cache_that_does_not_answer_is_a_sentence() -> None:
    with pytest.raises(OpsError, match=r"^Redis: Error 111 connecting to 127\.0\.0\.1"):
        ask(SecretStr(f"redis://127.0.0.1:{free_port()}/0"))


def test_a_url_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(OpsError, match="REDIS_URL is no URL of Redis") as raised:
        ask(SecretStr("http://:hunter2@redis"))

    assert "hunter2" not in str(raised.value)
