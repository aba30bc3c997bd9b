"""The application as containers on one host, driven through Docker Compose."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scripts.console import Row
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.waiting import until_so

if TYPE_CHECKING:
    from scripts.services import ScaleUp

SETTLE_SECONDS = 2
"""How long containers must be healthy to count as such."""

HEALTHY_SECONDS = 300
"""How long containers may take to be healthy after a restart or an update."""


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container of a service, as Compose reports it."""

    name: str
    service: str
    image: str
    state: str
    """Such as `running` or `exited`."""
    health: str
    """`healthy`, `unhealthy` or `starting`; empty without a health check."""
    status: str
    """For people: `Up 3 minutes (healthy)`."""

    @property
    def is_in_service(self) -> bool:
        """Whether it runs or is about to run again; not one that was stopped or paused."""
        return self.state in {"running", "restarting"}

    @property
    def is_well(self) -> bool:
        """Whether it runs and, where it has a health check, passes it."""
        return self.state == "running" and self.health in {"", "healthy"}


@dataclass(frozen=True, kw_only=True)
class DockerHost:
    """The services of a Compose project.

    Args:
        files: its compose file, or several separated by colons: what Compose calls COMPOSE_FILE.
    """

    files: str

    def status(self) -> list[Row]:
        """Return one row a container (guide: `docker-compose ps`)."""
        return [
            {"service": each.service, "name": each.name, "image": each.image, "state": each.status}
            for each in self.containers()
        ]

    def restart(self, names: Sequence[str], say: Callable[[str], None]) -> None:
        """Restart services one after the other (guide: `docker-compose restart`).

        Raises:
            OpsError: there is no such service, or one is not healthy in time.
        """
        self.check(names)
        for name in names:
            say(f"Restarting {name} …")
            self.compose("restart", name)
            self.wait_healthy(name, seconds=HEALTHY_SECONDS)

    def logs(self, names: Sequence[str], tail: int) -> Iterator[str]:
        """Yield the last lines of each container (guide: `docker-compose logs --tail`)."""
        self.check(names)
        text = self.compose("logs", "--no-color", "--timestamps", "--tail", str(tail), *names)
        # Compose begins some lines with what clears one on a terminal, also where none is.
        yield from (line.removeprefix("\x1b[2K") for line in text.splitlines())

    def scale_up(self, request: "ScaleUp", say: Callable[[str], None]) -> str:
        """Start more containers of a service (guide: `docker-compose up -d --scale`)."""
        self.check([request.service])
        now = len(self.containers(request.service))
        wanted = now + request.by
        say(f"Starting {request.by} more of {request.service}: {wanted} instead of {now} …")
        scale = f"{request.service}={wanted}"
        keep = ("--detach", "--no-deps", "--no-recreate")
        self.compose("up", *keep, "--scale", scale, request.service)
        self.wait_healthy(request.service, seconds=request.seconds, count=wanted)
        return f"{request.service} has {wanted} healthy containers instead of {now}."

    def services(self) -> list[str]:
        """Names of the services in the compose file."""
        return sorted(self.compose("config", "--services").split())

    def check(self, names: Sequence[str]) -> None:
        """Raise OpsError when there is no such service."""
        known = self.services() if names else []
        for name in names:
            if name not in known:
                raise OpsError(
                    f"There is no service {name} in {self.files}: there are {', '.join(known)}.",
                    ExitCode.NOT_FOUND,
                )

    def containers(self, *names: str) -> list[Container]:
        """Containers of the services that are named, or of all; stopped ones too."""
        text = self.compose("ps", "--all", "--format", "json", *names)
        return [
            Container(
                name=each["Name"],
                service=each["Service"],
                image=each.get("Image", ""),
                state=each["State"],
                health=each.get("Health", ""),
                status=each.get("Status") or each["State"],
            )
            for each in _objects(text)
        ]

    def kept_scale(self, *names: str, seconds: float | None = None) -> list[str]:
        """Return options of `up` that keep the number of containers that services have.

        Without them, Compose goes back to that of its file: a scale-up would be undone.

        Args:
            seconds: how long Docker may take to answer; for ever without.
        """
        listed = self.compose("ps", "--all", "--format", "json", seconds=seconds)
        counts = Counter(str(each["Service"]) for each in _objects(listed))
        return [
            word
            for name in names
            if name in counts
            for word in ("--scale", f"{name}={counts[name]}")
        ]

    def wait_healthy(self, service: str, *, seconds: float, count: int = 1) -> None:
        """Return when at least `count` containers of a service are healthy, and none is not.

        They must be so for a moment: a container that is about to crash runs at first, too.

        Raises:
            OpsError: they are not in time; the message says which, and how to see why.
        """

        well_since = math.inf

        def obstacle() -> str | None:
            nonlocal well_since
            found = self.containers(service)
            unwell = [f"{each.name} is {each.status}" for each in found if not each.is_well]
            if unwell or len(found) < count:
                well_since = math.inf
                few = f"{len(found)} of {count} containers run"
                return f"{', '.join(unwell) or few}; see `ops logs {service}`"
            well_since = min(well_since, time.monotonic())
            settled = time.monotonic() - well_since >= SETTLE_SECONDS
            return None if settled else "they have just become so"

        until_so(obstacle, seconds=seconds, what=f"{service} did not become healthy")

    def compose(self, *arguments: str, seconds: float | None = None) -> str:
        """Run Docker Compose and return what it writes.

        Args:
            seconds: how long it may take; for ever without.

        Raises:
            OpsError: there is no Compose, Docker's engine does not answer, or it failed.
        """
        try:
            ran = subprocess.run(
                [_docker(), "compose", *arguments],
                env=self.environment(),
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            raise OpsError(
                f"docker compose {arguments[0]} did not end within {seconds} s.",
                ExitCode.UNREACHABLE,
            ) from None
        if ran.returncode:
            said = " ".join(ran.stderr.split()).rstrip(".") or f"exit code {ran.returncode}"
            silent = "Cannot connect to the Docker daemon" in said
            code = ExitCode.UNREACHABLE if silent else ExitCode.FAILED
            raise OpsError(f"docker compose {arguments[0]} failed: {said}.", code)
        return ran.stdout

    def stream(self, *arguments: str) -> int:
        """Run Docker Compose, show what it writes as it comes, and return its exit code.

        It goes to standard error: on standard output a program reads the result.
        """
        command = [_docker(), "compose", *arguments]
        ran = subprocess.run(command, env=self.environment(), check=False, stdout=sys.stderr)
        return ran.returncode

    def environment(self) -> dict[str, str]:
        """Return the variables that Compose finds the project by."""
        return {**os.environ, "COMPOSE_FILE": self.files}


def _docker() -> str:
    found = shutil.which("docker")
    if found is None:
        raise OpsError(
            "docker is not on PATH: install Docker 20.10 or newer with Compose 2, or run this on "
            "the Docker host.",
            ExitCode.MISCONFIGURED,
        )
    return found


def _objects(text: str) -> list[dict[str, Any]]:
    """Compose before 2.21 writes one array, later ones an object a line."""
    text = text.strip()
    if text.startswith("["):
        return json.loads(text)
    return [json.loads(line) for line in text.splitlines()]
