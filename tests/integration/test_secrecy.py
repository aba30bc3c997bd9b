"""Nobody finds a secret who was not given the right to read it."""

import json
import subprocess
from collections.abc import Mapping

import pytest

from offline.workspace import ROOT
from tests.integration.answers import launch_templates, secret_values
from tests.integration.conftest import Platform


@pytest.fixture(scope="module")
def passwords(stack: Platform) -> set[str]:
    """The real ones, fetched with the rights that servers have."""
    secrets = stack.client("secretsmanager")
    by_secret = secret_values(secrets)
    # Of the database, the cache and Grafana.
    found = set(by_secret.values())
    assert len(by_secret) == len(found) == 3
    assert {len(password) for password in found} == {40}
    return found


def exported(stack: Platform, *options: str) -> str:
    """The state as `pulumi stack export` shows it."""
    done = subprocess.run(
        ["pulumi", "stack", "export", *options],
        cwd=ROOT,
        env=stack.engine.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_state_shows_secrets_only_to_who_has_the_passphrase(
    stack: Platform, passwords: set[str]
) -> None:
    encrypted, opened = exported(stack), exported(stack, "--show-secrets")
    assert [password for password in passwords if password in encrypted] == []
    assert all(password in opened for password in passwords)


def test_nothing_that_the_commands_leave_on_disk_holds_a_secret(
    stack: Platform, passwords: set[str]
) -> None:
    files = [path for path in stack.engine.workspace.base.rglob("*") if path.is_file()]
    assert stack.engine.workspace.checkpoint in files
    leaks = [
        path for path in files for password in passwords if password.encode() in path.read_bytes()
    ]
    assert leaks == []


def test_outputs_hold_no_secret(stack: Platform, passwords: set[str]) -> None:
    shown = json.dumps(stack.outputs)
    assert [password for password in passwords if password in shown] == []


def test_user_data_holds_no_secret(stack: Platform, passwords: set[str]) -> None:
    templates = launch_templates(stack.client("ec2"))
    assert len(templates) == 5
    assert leaking(passwords, {name: each["UserData"] for name, each in templates.items()}) == []


def test_what_systems_manager_runs_and_functions_are_given_holds_no_secret(
    stack: Platform, passwords: set[str]
) -> None:
    ssm = stack.client("ssm")
    own = [{"Key": "Owner", "Values": ["Self"]}]
    documents = [each["Name"] for each in ssm.list_documents(Filters=own)["DocumentIdentifiers"]]
    functions = stack.client("lambda").list_functions()["Functions"]
    texts = {name: ssm.get_document(Name=name)["Content"] for name in documents}
    texts |= {each["FunctionName"]: json.dumps(each["Environment"]) for each in functions}
    # Migration, restart, a rollout for each group, and the rotation of the database's password.
    assert len(texts) == 5
    assert leaking(passwords, texts) == []


def leaking(passwords: set[str], texts: Mapping[str, str]) -> list[str]:
    """Names of the texts that hold a password."""
    return [name for name, text in texts.items() if any(each in text for each in passwords)]
