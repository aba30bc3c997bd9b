import re
from pathlib import Path

import pytest

from scripts import settings
from scripts.commands.configuration import HIDDEN, shown
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from service_config import operations_files

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


def test_every_variable_of_the_operations_server_is_one_that_ops_reads() -> None:
    source = Path(operations_files.__file__).read_text(encoding="utf-8")
    function = source[source.index("def _environment") :]
    given = set(re.findall(r'^        "([A-Z_]+)":', function, re.MULTILINE))
    assert len(given) >= 10
    assert given <= {name.upper() for name in settings.OpsSettings.model_fields}
