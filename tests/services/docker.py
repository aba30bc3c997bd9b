"""A real Docker engine of the tests' own, and an image that needs no registry."""

import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.services.docker_host import DockerHost

IMAGE = "messaging-app/test:1"
BUSYBOX = Path("/bin/busybox")
APPLETS = ("sh", "cat", "echo", "hostname", "httpd", "mkdir", "rm", "sleep", "test", "wget")
START_SECONDS = 90
NEEDED = (
    "dockerd with Compose and a static busybox, as root: apt-get install docker.io busybox-static"
)


@contextmanager
def engine() -> Generator[str]:
    """Run an engine until the end of the block; yields its address for DOCKER_HOST.

    Skips the test where it cannot run.
    """
    if os.getuid() or not shutil.which("dockerd") or not BUSYBOX.exists() or not _has_compose():
        pytest.skip(f"There is no Docker engine: it takes {NEEDED}")
    # A short path: that of a socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ops-docker-", dir="/tmp"))
    address = f"unix://{folder}/socket"
    with (folder / "log").open("w") as log:
        daemon = subprocess.Popen(_command(folder, address), stdout=log, stderr=log)
    try:
        _wait(daemon, address, folder)
        _import_image(address)
        yield address
    finally:
        daemon.terminate()
        daemon.wait(START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def docker(address: str, *arguments: str) -> str:
    """Run Docker's command line and return what it writes."""
    command = ["docker", "--host", address, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def build(address: str, tag: str, *, changes: Mapping[str, str]) -> None:
    """Make an image out of busybox alone.

    Args:
        changes: instructions of a Dockerfile, such as `ENV` → `RELEASE=2`.
    """
    options = [word for name, value in changes.items() for word in ("--change", f"{name} {value}")]
    command = ["docker", "--host", address, "import", *options, "-", tag]
    subprocess.run(command, input=_root(), check=True, capture_output=True)


@dataclass(frozen=True)
class Project:
    """A running Compose project; its services answer on /health until they are told not to."""

    address: str
    file: Path
    host: DockerHost

    def exec(self, service: str, *command: str) -> None:
        """Run a command in the first container of a service."""
        self.host.compose("exec", "--no-TTY", service, *command)

    def make_unhealthy(self, service: str) -> None:
        self.exec(service, "rm", "/www/health")
        deadline = time.monotonic() + START_SECONDS
        while all(each.is_well for each in self.host.containers(service)):
            assert time.monotonic() < deadline
            time.sleep(0.2)


@contextmanager
def project(address: str, folder: Path) -> Generator[Project]:
    """Bring up services `api` and `websocket` until the end of the block."""
    file = folder / "compose.yaml"
    start = "mkdir -p /www && echo ok >/www/health && echo ready $RELEASE && exec httpd -f -h /www"
    service = {
        "image": IMAGE,
        "command": ["sh", "-c", f"{start} -p 8080".replace("$", "$$")],
        "stop_grace_period": "1s",
        "network_mode": "none",
        # A pull of it is skipped: no registry has it.
        "pull_policy": "never",
        "healthcheck": {
            "test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/health"],
            "interval": "1s",
            "timeout": "5s",
            "retries": 3,
        },
    }
    # Started by `docker compose run` only.
    backend = {"image": IMAGE, "profiles": ["tools"], "network_mode": "none"}
    services = {"api": service, "websocket": service, "backend": backend}
    file.write_text(json.dumps({"name": f"ops-{folder.name}"[:60].lower(), "services": services}))
    running = Project(address, file, DockerHost(files=str(file)))
    try:
        running.host.compose("up", "--detach", "--wait")
        yield running
    finally:
        running.host.compose("down", "--timeout", "1", "--volumes")


def _command(folder: Path, address: str) -> list[str | Path]:
    (folder / "daemon.json").write_text("{}")
    places = ["--data-root", folder / "data", "--exec-root", folder / "run"]
    return [
        *("dockerd", "--config-file", folder / "daemon.json", "--host", address),
        # Nothing of the machine's network is touched: other engines may run beside this one.
        *("--pidfile", folder / "pid", "--bridge=none", "--iptables=false", *places),
    ]


def _wait(daemon: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    command = ["docker", "--host", address, "version"]
    while subprocess.run(command, capture_output=True, check=False).returncode:
        if daemon.poll() is not None or time.monotonic() > deadline:
            last = (folder / "log").read_text().splitlines()[-1:]
            pytest.skip(f"Docker's engine does not start here: {last}")
        time.sleep(0.2)


def _import_image(address: str) -> None:
    build(address, IMAGE, changes={})


def _root() -> bytes:
    """Return a file system with busybox and nothing else, as a tar archive."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        archive.add(BUSYBOX.resolve(), "bin/busybox")
        for name in APPLETS:
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(link)
    return written.getvalue()


def _has_compose() -> bool:
    command = ["docker", "compose", "version"]
    return (
        shutil.which("docker") is not None
        and not subprocess.run(command, capture_output=True, check=False).returncode
    )
