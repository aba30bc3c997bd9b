"""Nobody finds a secret who was not given the right to read it."""

import base64
import json
import subprocess

import pytest

from offline.workspace import ROOT
from tests.integration.conftest import Platform


@pytest.fixture(scope="module")
def passwords(platform: Platform) -> set[str]:
    """The real ones, fetched with the rights that servers have."""
    secrets = platform.client("secretsmanager")
    database = secrets.get_secret_value(SecretId=platform.outputs["database_secret_ref"])
    cache = secrets.get_secret_value(SecretId=platform.outputs["cache_secret_ref"])
    found = {json.loads(database["SecretString"])["password"], cache["SecretString"]}
    assert {len(password) for password in found} == {40}
    return found


def exported(platform: Platform, *options: str) -> str:
    """The state as `pulumi stack export` shows it."""
    done = subprocess.run(
        ["pulumi", "stack", "export", *options],
        cwd=ROOT,
        env=platform.engine.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_state_shows_secrets_only_to_who_has_the_passphrase(
    platform: Platform, passwords: set[str]
) -> None:
    encrypted, opened = exported(platform), exported(platform, "--show-secrets")
    assert [password for password in passwords if password in encrypted] == []
    assert all(password in opened for password in passwords)


def test_nothing_that_the_commands_leave_on_disk_holds_a_secret(
    platform: Platform, passwords: set[str]
) -> None:
    files = [path for path in platform.engine.workspace.base.rglob("*") if path.is_file()]
    assert platform.engine.workspace.checkpoint in files
    leaks = [
        path for path in files for password in passwords if password.encode() in path.read_bytes()
    ]
    assert leaks == []


def test_outputs_hold_no_secret(platform: Platform, passwords: set[str]) -> None:
    shown = json.dumps(platform.outputs)
    assert [password for password in passwords if password in shown] == []


def test_user_data_holds_no_secret(platform: Platform, passwords: set[str]) -> None:
    ec2 = platform.client("ec2")
    templates = ec2.describe_launch_templates()["LaunchTemplates"]
    assert len(templates) == 5
    for template in templates:
        (version,) = ec2.describe_launch_template_versions(
            LaunchTemplateId=template["LaunchTemplateId"], Versions=["$Latest"]
        )["LaunchTemplateVersions"]
        text = base64.b64decode(version["LaunchTemplateData"]["UserData"]).decode()
        assert text.startswith("#cloud-config")
        assert [password for password in passwords if password in text] == []
