"""What user data writes to a server, in the hands of the programs that read it there."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from service_config.cloud_init.cloud_config import HOME
from tests.service_config.example import user_data
from tests.service_config.tools import required

KINDS = tuple(user_data())
UNITS = "/etc/systemd/system/"
INSTALLED_UNITS = Path("/lib/systemd/system")
FROM_PACKAGES = (
    "docker.service",
    "docker.socket",
    "prometheus-node-exporter.service",
    "redis-sentinel.service",
    "redis-server.service",
)
"""Units that packages bring along: their own content is not ours to check."""

PROGRAMS = ("/bin/sh", "/usr/bin/docker", "/usr/bin/env", "/usr/bin/aws", "/usr/bin/systemctl")

STUB = "[Unit]\nDescription=From a package\n[Service]\nExecStart=/bin/sh\n"


@pytest.fixture(params=KINDS)
def booted(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The root of a server's file system, with the files that cloud-init wrote."""
    for each in yaml.safe_load(user_data()[request.param])["write_files"]:
        path = tmp_path / each["path"].removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(each["content"], encoding="utf-8")
        path.chmod(int(each["permissions"], 8))
    return tmp_path


def add_operating_system(root: Path) -> None:
    """Give the root what systemd and packages bring: units, and the programs that ours call."""
    system = root / INSTALLED_UNITS.relative_to("/")
    shutil.copytree(INSTALLED_UNITS, system, symlinks=True, ignore_dangling_symlinks=True)
    for name in FROM_PACKAGES:
        (system / name).unlink(missing_ok=True)
        (system / name).write_text(STUB.replace("Service", "Socket") if ".socket" in name else STUB)
    for program in PROGRAMS:
        path = root / program.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)


def test_systemd_itself_accepts_every_unit(booted: Path) -> None:
    analyze = required("systemd-analyze", "systemd")
    folder = booted / UNITS.removeprefix("/")
    units = (
        [path for path in sorted(folder.glob("*.*")) if path.is_file()] if folder.exists() else []
    )
    dropped_in = [path.name.removesuffix(".d") for path in folder.glob("*.d")]
    add_operating_system(booted)
    names = [path.name for path in units] + [name for name in dropped_in if name in FROM_PACKAGES]
    if not names:
        pytest.skip("this server has no unit of ours")
    done = subprocess.run(
        [analyze, "verify", "--man=no", f"--root={booted}", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if any(name in line for name in names)]
    assert ours == []


def test_a_shell_can_read_every_script(booted: Path) -> None:
    for path in booted.rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh"):
            done = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")


def test_docker_compose_itself_accepts_the_compose_file(booted: Path) -> None:
    folder = booted / HOME.removeprefix("/")
    if not (folder / "compose.yaml").exists():
        pytest.skip("this server runs no containers")
    docker = required("docker", "docker.io")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("Docker Compose 2 is not installed: apt-get install docker-compose-v2")
    (folder / ".env").touch()
    done = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
