"""What Docker Compose itself makes of an application server's files: the container it asks for."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.service_config.docker_engine import engine
from tests.service_config.example import application, files
from tests.service_config.tools import required

PASSWORD = 'a"b $HOME ${X} #%s'


def containers(folder: Path, *passwords: str) -> list[dict[str, Any]]:
    """Return the containers that Compose creates in `folder`, one after the other."""
    docker = required("docker", "docker.io")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("Docker Compose 2 is not installed: apt-get install docker-compose-v2")
    compose = files(application())["/opt/messaging-app/compose.yaml"]
    (folder / "compose.yaml").write_text(compose, encoding="utf-8")
    with engine() as (address, created):
        for password in passwords:
            (folder / ".env").write_text(f"INSTANCE_ID=i-0123\nDB_PASSWORD='{password}'\n")
            done = subprocess.run(
                [docker, "compose", "up", "--no-start"],
                cwd=folder,
                env={**os.environ, "DOCKER_HOST": address},
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.returncode == 0, done.stderr
    return created


def test_the_application_gets_its_variables_as_they_were_written(tmp_path: Path) -> None:
    [container] = containers(tmp_path, PASSWORD)
    assert sorted(container["Env"]) == [f"DB_PASSWORD={PASSWORD}", "INSTANCE_ID=i-0123"]


def test_each_server_has_a_log_stream_of_its_own(tmp_path: Path) -> None:
    [container] = containers(tmp_path, PASSWORD)
    log = container["HostConfig"]["LogConfig"]
    assert (log["Type"], log["Config"]["awslogs-stream"]) == ("awslogs", "i-0123")


def test_docker_waits_for_the_application_to_stop(tmp_path: Path) -> None:
    [container] = containers(tmp_path, PASSWORD)
    assert container["StopTimeout"] == 30


def test_only_a_new_password_makes_another_container(tmp_path: Path) -> None:
    """Compose recreates a container whose definition has another digest than it was made with."""
    made = containers(tmp_path, "first", "first", "second")
    first, again, second = (each["Labels"]["com.docker.compose.config-hash"] for each in made)
    assert first == again
    assert first != second
