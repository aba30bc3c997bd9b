import re
from pathlib import Path

import pytest
import yaml

from scripts import aws, settings
from scripts.commands.configuration import HIDDEN, shown
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from tests.service_config import operations

ROOT = Path(__file__).parents[2]
SECRET_URL = "postgresql://app:hunter2@db/messaging"


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_nothing_is_needed_until_a_procedure_needs_it() -> None:
    given = settings.load()
    assert given.environment == "local"
    assert given.database_url is None


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("ENVIRONMENT=from-file\nBACKUP_BUCKET=kept\nDB_HOST=not-ours\n")
    monkeypatch.setenv("ENVIRONMENT", "from-environment")

    given = settings.load()

    assert (given.environment, given.backup_bucket) == ("from-environment", "kept")


def test_what_is_known_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_BUCKET", "from-environment")
    assert settings.load(backup_bucket="from-stack").backup_bucket == "from-stack"


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(OpsError) as raised:
        settings.needed(None, "BACKUP_BUCKET")

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert str(raised.value) == (
        "BACKUP_BUCKET is not set: set it in the environment or in .env (.env.example lists all), "
        "or name a stack with --stack."
    )


@pytest.mark.parametrize(
    "url", ["localhost:9000", "", "s3.local", "ftp://s3", "http://", "http://s3:port", "http://[s3"]
)
def test_an_endpoint_that_is_no_url_is_told_before_anything_is_asked(url: str) -> None:
    with pytest.raises(OpsError) as raised:
        settings.load(aws_endpoint_url=url)

    assert raised.value.code == ExitCode.MISCONFIGURED
    assert str(raised.value) == (
        f"The settings are wrong: AWS_ENDPOINT_URL: {url!r} is no address of an S3; it should read "
        "http://HOST:PORT or https://HOST."
    )


@pytest.mark.parametrize("url", ["http://localhost:9000", "http://[::1]:9000", "https://s3.eu/x"])
def test_an_endpoint_is_what_the_library_takes_for_one(url: str) -> None:
    assert aws.s3(settings.load(aws_endpoint_url=url, aws_region="x")).meta.endpoint_url == url


def test_secrets_show_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", SECRET_URL)

    given = settings.load()

    assert "hunter2" not in repr(given)
    assert shown(given)["DATABASE_URL"] == HIDDEN
    assert shown(given)["REDIS_URL"] is None


def test_the_example_lists_every_variable_and_no_other() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    listed = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in settings.OpsSettings.model_fields)


NOT_OF_THE_OPERATIONS_SERVER = {
    "AWS_ENDPOINT_URL": "it is Amazon's own S3",
    "BACKUP_KEY_FILE": "the bucket's key encrypts",
    "COMPOSE_FILE": "services are Auto Scaling groups",
    "FENCE_COMMAND": "RDS ends a primary itself",
    "MEDIA_COLUMN": "of the application's own tables the platform knows nothing",
    "MEDIA_TABLE": "the same",
    "PRIMARY_DATA_DIRECTORY": "nobody reads the disks of RDS",
    "RECONNECT_COMMAND": "clients follow the name",
    "SLACK_WEBHOOK": "the alert topic reaches Slack",
    "SYNCHRONOUS_REPLICATION": "a replica of RDS is asynchronous",
}


def test_the_operations_server_is_told_every_variable_that_ops_reads_there() -> None:
    given = yaml.safe_load(operations.files()["compose.yaml"])["services"]["ops"]["environment"]
    known = {name.upper() for name in settings.OpsSettings.model_fields}
    assert given.keys() == known - NOT_OF_THE_OPERATIONS_SERVER.keys()
    assert all(given.values())
    assert known > NOT_OF_THE_OPERATIONS_SERVER.keys()
