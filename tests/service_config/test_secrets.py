"""Runs the scripts with a stand-in for the AWS command line, which only they call."""

import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from service_config import secrets
from service_config.secrets import SecretReference
from tests.service_config.example import SECRET, user_data

SEARCH = re.compile(r"grep -v|sed -n")

PASSWORD = 'S3cret {"username": "app", "$HOME": "#%s"}'


def run_script(directory: Path, text: str, *, aws: str) -> subprocess.CompletedProcess[str]:
    """Run the script in `directory`, with `aws` as the body of the AWS command line."""
    tools = directory / "tools"
    tools.mkdir()
    for name, body in {"aws": aws, "chown": ":"}.items():
        (tools / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    script = directory / "script"
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PASSWORD": PASSWORD}
    return subprocess.run(
        [script], env=environment, cwd="/", capture_output=True, text=True, check=False
    )


def environment_script(**keys: str | None) -> str:
    """Return the script that fetches one secret into the variables named, whole or by key."""
    references = {
        name: SecretReference(arn=SECRET, key=key)
        for name, key in (keys or {"DATABASE_SECRET": None}).items()
    }
    return secrets.environment_script(references=references, region="eu-central-1")


def test_env_holds_plain_settings_and_fetched_secrets_for_root_alone(tmp_path: Path) -> None:
    (tmp_path / "environment").write_text("DB_HOST=postgres\n", encoding="utf-8")
    script = environment_script(DATABASE_SECRET=None, REDIS_PASSWORD=None)
    result = run_script(tmp_path, script, aws="printf '%s\\n' \"$PASSWORD\"")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    env = tmp_path / ".env"
    assert env.read_text(encoding="utf-8") == (
        f"DB_HOST=postgres\nDATABASE_SECRET='{PASSWORD}'\nREDIS_PASSWORD='{PASSWORD}'\n"
    )
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_the_secret_is_asked_for_by_arn_in_its_region(tmp_path: Path) -> None:
    (tmp_path / "environment").touch()
    run_script(tmp_path, environment_script(), aws='echo "$@"')
    env = (tmp_path / ".env").read_text(encoding="utf-8")
    asked = "secretsmanager get-secret-value --region eu-central-1"
    assert f"DATABASE_SECRET='{asked} --secret-id {SECRET} --query SecretString" in env


def test_a_failed_fetch_leaves_the_old_env_and_fails(tmp_path: Path) -> None:
    (tmp_path / "environment").touch()
    (tmp_path / ".env").write_text("OLD=1\n", encoding="utf-8")
    result = run_script(tmp_path, environment_script(), aws="echo denied >&2; exit 254")
    assert result.returncode != 0
    assert result.stderr == "denied\n"
    assert (tmp_path / ".env").read_text(encoding="utf-8") == "OLD=1\n"


@pytest.mark.parametrize("secret", ["it's", "end\\"])
def test_a_secret_that_env_cannot_carry_is_named_and_not_shown(tmp_path: Path, secret: str) -> None:
    (tmp_path / "environment").touch()
    result = run_script(tmp_path, environment_script(), aws=f"cat <<'END'\n{secret}\nEND")
    assert result.returncode == 1
    assert result.stderr == (
        "The secret DATABASE_SECRET has a single quote or ends in a backslash: "
        ".env cannot carry it.\n"
    )
    assert not (tmp_path / ".env").exists()


def test_a_key_picks_its_value_from_a_secret_that_is_json(tmp_path: Path) -> None:
    (tmp_path / "environment").touch()
    script = environment_script(DB_USER="username", DB_PASSWORD="password")
    document = json.dumps({"username": "app", "password": 'a"b \\$HOME #%s'})
    result = run_script(tmp_path, script, aws=f"cat <<'END'\n{document}\nEND")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / ".env").read_text(encoding="utf-8") == (
        "DB_USER='app'\nDB_PASSWORD='a\"b \\$HOME #%s'\n"
    )


@pytest.mark.parametrize("document", ['{"username": "app"}', '{"password": 7}', "hunter2", "[]"])
def test_a_secret_without_the_key_is_named_and_not_shown(tmp_path: Path, document: str) -> None:
    (tmp_path / "environment").touch()
    script = environment_script(DB_PASSWORD="password")
    result = run_script(tmp_path, script, aws=f"echo '{document}'")
    assert result.returncode == 1
    assert result.stderr == (
        "The secret for DB_PASSWORD is no JSON object with text under the key password.\n"
    )
    assert not (tmp_path / ".env").exists()


def parameters(*told: tuple[str, str]) -> str:
    """A body of the AWS command line that tells parameters, and the password as any secret."""
    listed = json.dumps([[f"/app/{name}", value] for name, value in told])
    return f"case $1 in ssm) cat <<'END'\n{listed}\nEND\n;; *) printf '%s' \"$PASSWORD\" ;; esac"


def with_parameters(tmp_path: Path, *told: tuple[str, str]) -> subprocess.CompletedProcess[str]:
    (tmp_path / "environment").write_text("LOG_LEVEL=info\n", encoding="utf-8")
    script = secrets.environment_script(
        references={"DB_PASSWORD": SecretReference(arn=SECRET)},
        region="eu-central-1",
        parameter_path="/app",
    )
    return run_script(tmp_path, script, aws=parameters(*told))


def test_parameters_become_variables_after_settings_and_before_secrets(tmp_path: Path) -> None:
    result = with_parameters(tmp_path, ("LOG_LEVEL", "debug"), ("SMTP_HOST", 'a b "$HOME"'))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / ".env").read_text(encoding="utf-8") == (
        f"LOG_LEVEL=info\nLOG_LEVEL='debug'\nSMTP_HOST='a b \"$HOME\"'\nDB_PASSWORD='{PASSWORD}'\n"
    )


def test_without_parameters_there_is_nothing_but_settings_and_secrets(tmp_path: Path) -> None:
    assert with_parameters(tmp_path).returncode == 0
    env = (tmp_path / ".env").read_text(encoding="utf-8")
    assert env == f"LOG_LEVEL=info\nDB_PASSWORD='{PASSWORD}'\n"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "smtp-host",
            "x",
            "The parameter /app/smtp-host must end in upper-case letters, digits and _.",
        ),
        (
            "KEY",
            "a'b",
            "/app/KEY has a quote or a line break, or ends in a backslash: .env cannot carry it.",
        ),
        (
            "KEY",
            "end\\",
            "/app/KEY has a quote or a line break, or ends in a backslash: .env cannot carry it.",
        ),
        (
            "KEY",
            "a\nb",
            "/app/KEY has a quote or a line break, or ends in a backslash: .env cannot carry it.",
        ),
    ],
)
def test_a_parameter_that_env_cannot_carry_is_named_and_not_shown(
    tmp_path: Path, name: str, value: str, message: str
) -> None:
    result = with_parameters(tmp_path, (name, value))
    assert (result.returncode, result.stderr) == (1, f"{message}\n")
    assert not (tmp_path / ".env").exists()


def test_a_password_is_the_text_of_its_secret(tmp_path: Path) -> None:
    fetch = secrets.fetch_password(secret_arn=SECRET, region="eu-central-1")
    script = f"#!/bin/sh\nset -eu\n{fetch}\nprintf '%s' \"$password\"\n"
    result = run_script(tmp_path, script, aws='echo "$@"')
    asked = "secretsmanager get-secret-value --region eu-central-1"
    assert result.stdout.startswith(f"{asked} --secret-id {SECRET} --query SecretString")


@pytest.mark.parametrize("kind", list(user_data()))
def test_user_data_names_secrets_and_holds_none(kind: str) -> None:
    # What scripts look for is no password.
    lines = [line for line in user_data()[kind].splitlines() if not SEARCH.search(line)]
    text = "\n".join(lines)
    # A password only ever stands as what a script puts there when it runs.
    for match in re.finditer(r"(?i)(requirepass|masterauth|password=|PASSWORD=)\s*(\S*)", text):
        assert match[2].startswith(("%s", "$("))
