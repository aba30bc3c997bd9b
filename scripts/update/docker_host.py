"""Updates of a Docker host: `apt upgrade`, then `docker-compose pull` and `up -d`."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from scripts.console import Row
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services.docker_host import HEALTHY_SECONDS, DockerHost

REBOOT_REQUIRED = Path("/var/run/reboot-required")
"""Debian and Ubuntu leave it when a package takes effect at the next start only."""

DNF_UPDATES = 100
"""What `dnf check-update` ends with when there are updates."""


def pending_packages() -> list[str]:
    """Return what an upgrade of this machine's packages would install; changes nothing.

    Raises:
        OpsError: there is no apt-get and no dnf, or it fails.
    """
    manager = _manager()
    if manager == "apt-get":
        listed = _run("apt-get", "--simulate", "upgrade")
        return [line.split()[1] for line in listed.splitlines() if line.startswith("Inst ")]
    listed = _run("dnf", "--quiet", "check-update", allowed={0, DNF_UPDATES})
    return [line.split()[0] for line in listed.splitlines() if line.strip()]


def update_packages(say: Callable[[str], None]) -> None:
    """Install updates of this machine's packages; configuration files that were edited stay.

    Raises:
        OpsError: this is not root, or the package manager fails.
    """
    if os.getuid():
        raise OpsError(
            "Updates of packages are installed by root alone: run this with sudo, or leave them "
            "out with --no-packages.",
            ExitCode.REFUSED,
        )
    if _manager() == "apt-get":
        _run("apt-get", "update")
        keep = ("-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold")
        _run("apt-get", "--assume-yes", *keep, "upgrade")
    else:
        _run("dnf", "--assumeyes", "upgrade")
    say("The packages of this machine are up to date.")
    if REBOOT_REQUIRED.exists():
        say("Some of them need a reboot of this machine to take effect.")


def plan(host: DockerHost, services: Sequence[str]) -> list[Row]:
    """Return what would be pulled and started, in this order."""
    return [
        {"service": each.service, "container": each.name, "image": each.image, "now": each.status}
        for service in ordered(host, services)
        for each in host.containers(service)
    ]


def update_containers(
    host: DockerHost, services: Sequence[str], say: Callable[[str], None]
) -> None:
    """Pull and start each service anew when its image has changed, and wait until it is healthy.

    A service that was stopped is left alone: somebody may have fenced it.

    Raises:
        OpsError: an image cannot be had, or a service is not healthy afterwards. The services after
            it are left alone.
    """
    if left := left_out(host, services):
        say(left)
    todo = ordered(host, services)
    for number, service in enumerate(todo):
        before = _images(host, service)
        say(f"Updating {service} …")
        try:
            host.compose("pull", "--quiet", service)
            host.compose("up", "--detach", "--no-deps", *host.kept_scale(service), service)
            host.wait_healthy(service, seconds=HEALTHY_SECONDS)
        except OpsError as error:
            left = ", ".join(todo[number + 1 :]) or "none"
            former = f" It ran {before} before." if before else ""
            raise OpsError(f"{error}{former} Not updated: {left}.", error.code) from None
        after = _images(host, service)
        say(
            f"{service} runs its newest image." if after != before else f"{service} had it already."
        )


def ordered(host: DockerHost, services: Sequence[str]) -> list[str]:
    """Return those of the services that are named, or of all, that are in service."""
    running = {each.service for each in host.containers() if each.is_in_service}
    return [name for name in _asked(host, services) if name in running]


def left_out(host: DockerHost, services: Sequence[str]) -> str | None:
    """Say which services are not updated because they do not run; None when all do."""
    running = ordered(host, services)
    stopped = [name for name in _asked(host, services) if name not in running]
    if not stopped:
        return None
    return (
        f"Left out, because it was stopped: {', '.join(stopped)}. An update starts nothing that "
        "does not run."
    )


def _asked(host: DockerHost, services: Sequence[str]) -> list[str]:
    """Return the services that are named, or all that have containers."""
    if services:
        host.check(services)
        return list(services)
    return sorted({each.service for each in host.containers()})


def _images(host: DockerHost, service: str) -> str:
    """Return the identifiers of the images that a service's containers run."""
    return ", ".join(sorted(set(host.compose("images", "--quiet", service).split())))


def _manager() -> str:
    for name in ("apt-get", "dnf"):
        if shutil.which(name):
            return name
    raise OpsError(
        "There is neither apt-get nor dnf: leave packages out with --no-packages.",
        ExitCode.MISCONFIGURED,
    )


def _run(*command: str, allowed: frozenset[int] | set[int] = frozenset({0})) -> str:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
    if ran.returncode not in allowed:
        said = " ".join(ran.stderr.split())[-400:].rstrip(".")
        raise OpsError(f"{' '.join(command[:2])} failed: {said}. Containers were left alone.")
    return ran.stdout
