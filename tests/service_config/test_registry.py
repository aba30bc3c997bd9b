"""Private images: recognised by their name, and pulled after a login that shows no token."""

import os
import subprocess
from pathlib import Path

import pytest

from service_config.registry import EcrRepository, ecr_repository, login_script
from tests.service_config.example import application, files

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORY = EcrRepository(account="123456789012", region="eu-west-1", name="team/api")

SCRIPT = "/opt/messaging-app/log-in"
DROP_IN = "/etc/systemd/system/messaging-app.service.d/registry.conf"


@pytest.mark.parametrize("reference", [":1.0.0", f":1.0.0@sha256:{'0' * 64}"])
def test_an_image_of_ecr_names_its_repository(reference: str) -> None:
    assert ecr_repository(f"{HOST}/team/api{reference}") == REPOSITORY
    assert REPOSITORY.host == HOST


@pytest.mark.parametrize(
    "image",
    [
        "messaging-app/api:1.0.0",
        "public.ecr.aws/team/api:1",
        f"{HOST}.example.com/team/api:1",
        f"example.com/{HOST}/api:1",
    ],
)
def test_any_other_image_needs_no_login(image: str) -> None:
    assert ecr_repository(image) is None
    assert not {SCRIPT, DROP_IN} & files(application(image=image)).keys()


def test_a_server_with_a_private_image_logs_in_before_it_pulls() -> None:
    image = f"{HOST}/team/api:1.0.0"
    written = files(application(image=image))
    assert written[SCRIPT] == login_script(REPOSITORY)
    assert written[DROP_IN] == f"[Service]\nExecStartPre={SCRIPT}\n"


def run_login(directory: Path, *, aws: str) -> subprocess.CompletedProcess[str]:
    """Run the script with `aws` as the AWS command line, and a docker that says what it got."""
    for name, body in {"aws": aws, "docker": 'echo "$@"; cat'}.items():
        (directory / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (directory / name).chmod(0o755)
    script = directory / "log-in"
    script.write_text(login_script(REPOSITORY), encoding="utf-8")
    script.chmod(0o755)
    environment = {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}"}
    return subprocess.run([script], env=environment, capture_output=True, text=True, check=False)


def test_docker_gets_the_token_of_the_registrys_region_through_a_pipe(tmp_path: Path) -> None:
    result = run_login(tmp_path, aws='echo "$@"')
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"login --username AWS --password-stdin {HOST}",
        "ecr get-login-password --region eu-west-1",
    ]


def test_docker_is_not_asked_when_there_is_no_token(tmp_path: Path) -> None:
    result = run_login(tmp_path, aws="echo denied >&2; exit 254")
    assert result.returncode != 0
    assert (result.stdout, result.stderr) == ("", "denied\n")
