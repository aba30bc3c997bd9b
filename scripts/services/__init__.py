"""What runs the application: containers on one Docker host, or server groups on AWS."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from scripts.console import Row
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services import clients
from scripts.services.docker_host import DockerHost
from scripts.services.server_groups import ServerGroups
from scripts.settings import OpsSettings

Say = Callable[[str], None]
"""Tells what is going on."""


@dataclass(frozen=True, kw_only=True)
class ScaleUp:
    """More of one service.

    Args:
        service: such as `api`.
        by: how many more.
        seconds: how long they may take to be healthy.
    """

    service: str
    by: int
    seconds: float


class Services(Protocol):
    """The services of the application, wherever they run. Any of it raises OpsError."""

    def status(self) -> list[Row]:
        """Return one row a container or server."""
        ...

    def restart(self, names: Sequence[str], say: Say) -> None:
        """Restart services, and return when they are healthy again."""
        ...

    def logs(self, names: Sequence[str], tail: int) -> Iterator[str]:
        """Yield the last lines of each; of all services when none is named."""
        ...

    def scale_up(self, request: ScaleUp, say: Say) -> str:
        """Start more of one service, and tell, when they are healthy, how many there are."""
        ...


def of(settings: OpsSettings) -> Services:
    """Return the services that the settings are about.

    Raises:
        OpsError: the settings name neither a Docker host nor AWS.
    """
    if settings.compose_file is not None:
        return DockerHost(files=settings.compose_file)
    if settings.aws_region is None:
        raise OpsError(
            "It is not said where the services run: set COMPOSE_FILE on a Docker host, AWS_REGION "
            "and ENVIRONMENT for AWS, or name a stack with --stack.",
            ExitCode.MISCONFIGURED,
        )
    return ServerGroups(environment=settings.environment, aws=clients.of(settings))
