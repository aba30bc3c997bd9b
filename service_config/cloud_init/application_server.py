"""User data of a server that runs one container of the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service_config import (
    compose,
    connections,
    drain,
    join,
    logrotate,
    registry,
    secret_refresh,
    secrets,
)
from service_config.cloud_init import cloud_config, compose_service
from service_config.cloud_init.cloud_config import HOME, File, file, script
from service_config.secrets import SecretReference

_WEB_OWNED: Final = ("-o", "www-data", "-g", "www-data", "-m", "0750")

_LOGIN_DROP_IN: Final = f"""\
[Service]
ExecStartPre={HOME}/log-in
"""


# Cloud-init knows the server's name, which user data cannot: all servers of a group share it.
_TELL_INSTANCE_ID: Final = (
    "sh",
    "-c",
    f"printf 'INSTANCE_ID=%s\\n' \"$(cloud-init query instance_id)\" >>{HOME}/environment",
)


@dataclass(frozen=True, kw_only=True)
class Membership:
    """The Auto Scaling group that a server belongs to."""

    group: str
    """Name of the Auto Scaling group."""
    join_hook: str
    """Name of its lifecycle hook on launching servers."""
    drain_hook: str
    """Name of its lifecycle hook on terminating servers."""
    log_group: str
    """CloudWatch log group of its containers."""
    start_seconds: int
    """How long a new server may take until the application answers."""
    drain_seconds: int
    """How long the application may take to stop."""


def user_data(
    *,
    membership: Membership,
    role: str,
    image: str,
    port: int,
    environment: Mapping[str, str],
    secret_references: Mapping[str, SecretReference],
    parameter_path: str,
    region: str,
) -> str:
    """Return the user data of a server that runs one container of the application.

    Args:
        membership: the group that the server belongs to.
        role: `api` or `websocket`; names the compose service.
        image: container image with a tag; for a private one of ECR the server logs in first.
        port: TCP port that the container serves, with /health and /metrics.
        environment: plain variables of `/opt/messaging-app/.env`.
        secret_references: variable name → where its value, fetched into `.env` at boot, is kept.
        parameter_path: path of the parameters that become variables as well.
        region: AWS region of the secrets, the log group and the Auto Scaling group.

    Raises:
        ValueError: a variable name or value cannot stand in a `.env` file.
    """
    service = compose_service.part(
        compose_file=compose.application(
            role=role,
            image=image,
            port=port,
            log_group=membership.log_group,
            region=region,
            drain_seconds=membership.drain_seconds,
        ),
        write_env=secrets.environment_script(
            references=secret_references, region=region, parameter_path=parameter_path
        ),
        stop_seconds=membership.drain_seconds,
        files=[
            file(f"{HOME}/environment", secrets.environment_file(environment)),
            file("/etc/logrotate.d/messaging-app", logrotate.APPLICATION),
            *_registry_login(image),
        ],
        packages=["awscli"],
        open_ports=[port],
        prepare=[["install", "-d", *_WEB_OWNED, "/var/log/messaging-app"], _TELL_INSTANCE_ID],
    )
    joining = join.part(
        group=membership.group,
        hook=membership.join_hook,
        region=region,
        port=port,
        seconds=membership.start_seconds,
    )
    leaving = drain.part(
        group=membership.group,
        hook=membership.drain_hook,
        region=region,
        seconds=membership.drain_seconds,
    )
    counting = (
        [connections.part(group=membership.group, region=region)] if role == "websocket" else []
    )
    return cloud_config.user_data(service, secret_refresh.part(), joining, leaving, *counting)


def _registry_login(image: str) -> list[File]:
    repository = registry.ecr_repository(image)
    if repository is None:
        return []
    return [
        script(f"{HOME}/log-in", registry.login_script(repository)),
        file("/etc/systemd/system/messaging-app.service.d/registry.conf", _LOGIN_DROP_IN),
    ]
