import json
from pathlib import Path
from typing import Any

import pytest

from components.outputs import AwsOutputs
from scripts import settings, stack
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.toolchain import fakes

OUTPUTS: dict[str, Any] = {
    "api_url": "https://api.example.com",
    "environment": "prod",
    "region": "eu-central-1",
    "database_host": "postgres.internal",
    "database_replica_host": "replica.internal",
    "database_port": 5432,
    "database_name": "messaging",
    "database_secret_ref": "arn:database",
    "cache_host": "redis.internal",
    "cache_port": 6379,
    "cache_tls": True,
    "cache_secret_ref": "arn:cache",
    "backup_location": "s3://backups",
    "media_location": "s3://media",
    "alert_topic_arn": "arn:topic",
    "prometheus_url": "http://operations.internal:9090",
}
SECRETS = {
    "arn:database": json.dumps({"username": "app", "password": "p@ss/word"}),
    "arn:cache": "c@che",
}


def test_a_stack_gives_every_setting_that_its_outputs_know() -> None:
    given = settings.load(**stack.settings_from(OUTPUTS, SECRETS.__getitem__))

    assert given.database_url and given.database_replica_url and given.redis_url
    assert given.database_url.get_secret_value() == (
        "postgresql://app:p%40ss%2Fword@postgres.internal:5432/messaging?sslmode=require"
    )
    assert "@replica.internal:5432/" in given.database_replica_url.get_secret_value()
    assert given.redis_url.get_secret_value() == "rediss://:c%40che@redis.internal:6379/0"
    assert (given.backup_bucket, given.media_bucket) == ("backups", "media")
    assert given.health_url == "https://api.example.com/health"


def test_every_output_that_is_read_is_in_the_contract() -> None:
    read: set[str] = set()

    class Recorded(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            read.add(key)
            return super().__getitem__(key)

    stack.settings_from(Recorded(OUTPUTS), SECRETS.__getitem__)

    assert read <= set(AwsOutputs.model_fields)


def test_a_stack_without_an_output_is_too_old() -> None:
    without = {key: value for key, value in OUTPUTS.items() if key != "cache_tls"}

    with pytest.raises(OpsError) as raised:
        stack.settings_from(without, SECRETS.__getitem__)

    assert str(raised.value) == (
        "The stack has no output cache_tls: its program is older than this command. "
        "Bring the stack up from this clone."
    )


def pulumi(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    fakes.program(folder / "pulumi", script)
    monkeypatch.setenv("PATH", str(folder))


def test_outputs_come_from_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pulumi(monkeypatch, tmp_path, """echo "{\\"asked\\": \\"$*\\"}" """)
    assert stack.outputs("prod") == {"asked": "stack output --json --non-interactive --stack prod"}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo 'error: no stack named prod' >&2; exit 255",
            "The outputs of stack prod cannot be read: no stack named prod.",
        ),
        (
            "echo '{}'",
            "Stack prod has no outputs: bring it up first, with `make up STACK=prod`.",
        ),
    ],
)
def test_a_stack_that_cannot_be_read_is_a_sentence(
    script: str, message: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pulumi(monkeypatch, tmp_path, script)

    with pytest.raises(OpsError) as raised:
        stack.outputs("prod")

    assert (str(raised.value), raised.value.code) == (message, ExitCode.MISCONFIGURED)


def test_without_the_engine_the_message_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OpsError, match="needs the program pulumi on PATH: run `make setup`"):
        stack.outputs("prod")
