"""Private container images: how a server logs in to Amazon ECR with its role."""

import re
import shlex
from dataclasses import dataclass
from typing import Final

_IMAGE: Final = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^:@]+)[:@].+"
)


@dataclass(frozen=True, kw_only=True)
class EcrRepository:
    """One repository of a private ECR registry."""

    account: str
    region: str
    name: str

    @property
    def host(self) -> str:
        """Where docker finds the registry."""
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"


def ecr_repository(image: str) -> EcrRepository | None:
    """Return the private ECR repository that holds `image`; None for every other registry."""
    found = _IMAGE.fullmatch(image)
    return EcrRepository(**found.groupdict()) if found else None


def login_script(repository: EcrRepository) -> str:
    """Return a script that logs docker in for twelve hours, of which the next pull needs minutes.

    The token passes through a pipe: process arguments are for everyone to read.
    """
    region, host = shlex.quote(repository.region), shlex.quote(repository.host)
    return (
        "#!/bin/sh\n"
        "set -eu\n"
        f"token=$(aws ecr get-login-password --region {region})\n"
        f"printf '%s' \"$token\" | docker login --username AWS --password-stdin {host}\n"
    )
