"""User data of a server that runs one container of the application."""

from collections.abc import Mapping
from typing import Final

from service_config import compose, logrotate, registry, secrets
from service_config.cloud_init import cloud_config, compose_service
from service_config.cloud_init.cloud_config import HOME, File, file, script
from service_config.secrets import SecretReference

_WEB_OWNED: Final = ("-o", "www-data", "-g", "www-data", "-m", "0750")

_LOGIN_DROP_IN: Final = f"""\
[Service]
ExecStartPre={HOME}/log-in
"""


def user_data(
    *,
    role: str,
    image: str,
    port: int,
    environment: Mapping[str, str],
    secret_references: Mapping[str, SecretReference],
    region: str,
) -> str:
    """Return the user data of a server that runs one container of the application.

    Args:
        role: `api` or `websocket`; names the compose service.
        image: container image with a tag; for a private one of ECR the server logs in first.
        port: TCP port that the container serves, with /health and /metrics.
        environment: plain variables of `/opt/messaging-app/.env`.
        secret_references: variable name → where its value, fetched into `.env` at boot, is kept.
        region: AWS region of the secrets.

    Raises:
        ValueError: a variable name or value cannot stand in a `.env` file.
    """
    service = compose_service.part(
        compose_file=compose.application(role=role, image=image, port=port),
        write_env=secrets.environment_script(references=secret_references, region=region),
        files=[
            file(f"{HOME}/environment", secrets.environment_file(environment)),
            file("/etc/logrotate.d/messaging-app", logrotate.APPLICATION),
            *_registry_login(image),
        ],
        packages=["awscli"],
        open_ports=[port],
        prepare=[["install", "-d", *_WEB_OWNED, "/var/log/messaging-app"]],
    )
    return cloud_config.user_data(service)


def _registry_login(image: str) -> list[File]:
    repository = registry.ecr_repository(image)
    if repository is None:
        return []
    return [
        script(f"{HOME}/log-in", registry.login_script(repository)),
        file("/etc/systemd/system/messaging-app.service.d/registry.conf", _LOGIN_DROP_IN),
    ]
