"""User data of every kind of server: Ubuntu 22.04 boots it into service (guide, "Deployment").

No secret is ever in it: anybody who may describe instances can read user data.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service_config import (
    alertmanager,
    compose,
    logrotate,
    ports,
    prometheus,
    redis,
    registry,
    secrets,
)
from service_config.secrets import SecretReference
from service_config.yaml_text import yaml_text

HOME: Final = "/opt/messaging-app"

_DOCKER: Final = ("docker.io", "docker-compose-v2")
_WEB_OWNED: Final = ("-o", "www-data", "-g", "www-data", "-m", "0750")
_START: Final = ("systemctl", "enable", "--now", "--no-block", "messaging-app.service")

_COMPOSE_UNIT: Final = f"""\
[Unit]
Description=Messaging application
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory={HOME}
ExecStartPre={HOME}/write-env
ExecStart=/usr/bin/docker compose up --detach --remove-orphans
ExecStop=/usr/bin/docker compose down
# A new instance role takes some seconds until it may read its secrets.
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
"""

_LOGIN_DROP_IN: Final = f"""\
[Service]
ExecStartPre={HOME}/log-in
"""

_REDIS_DROP_IN: Final = """\
[Service]
# "+": as root, as the service's own user and sandbox may not write to /etc.
ExecStartPre=+/usr/local/sbin/fetch-redis-password
# Reading gigabytes of append-only file takes longer than the 90 s that systemd waits by default.
TimeoutStartSec=infinity
# A new instance role takes some seconds until it may read its secret.
RestartSec=10
"""

_GRAFANA_SCRIPT: Final = """\
#!/bin/sh
# Gives Grafana's administrator a random password at the first boot; root may read it in .env.
set -eu
umask 077
cd "$(dirname "$0")"
test -s .env && exit
password=$(openssl rand -hex 24)
printf 'GF_SECURITY_ADMIN_PASSWORD=%s\\n' "$password" >.env
"""


def application_server(
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
    files = [
        _file(f"{HOME}/compose.yaml", compose.application(role=role, image=image, port=port)),
        _file(f"{HOME}/environment", secrets.environment_file(environment)),
        _script(
            f"{HOME}/write-env",
            secrets.environment_script(references=secret_references, region=region),
        ),
        _file("/etc/systemd/system/messaging-app.service", _COMPOSE_UNIT),
        _file("/etc/logrotate.d/messaging-app", logrotate.APPLICATION),
        *_registry_login(image),
    ]
    commands = [
        ["install", "-d", *_WEB_OWNED, "/var/log/messaging-app"],
        _START,
    ]
    return _cloud_config(
        packages=["awscli", *_DOCKER], files=files, open_ports=[port], commands=commands
    )


def _registry_login(image: str) -> list[dict[str, Any]]:
    repository = registry.ecr_repository(image)
    if repository is None:
        return []
    return [
        _script(f"{HOME}/log-in", registry.login_script(repository)),
        _file("/etc/systemd/system/messaging-app.service.d/registry.conf", _LOGIN_DROP_IN),
    ]


def cache_server(*, secret_arn: str, region: str, primary_host: str | None) -> str:
    """Return the user data of a Redis server; of a replica when `primary_host` is given.

    Args:
        secret_arn: ARN of the secret whose text is the password of primary and replica.
        region: AWS region of the secret.
        primary_host: host name of the primary, or None on the primary itself.
    """
    password_script = secrets.redis_password_script(
        secret_arn=secret_arn, region=region, file=redis.PASSWORD_FILE
    )
    files = [
        _file("/etc/redis/redis.conf", redis.configuration(primary_host=primary_host)),
        _script("/usr/local/sbin/fetch-redis-password", password_script),
        _file("/etc/systemd/system/redis-server.service.d/password.conf", _REDIS_DROP_IN),
        # The background save of a large data set fails without it (redis.io, administration).
        _file("/etc/sysctl.d/60-redis.conf", "vm.overcommit_memory = 1\n"),
    ]
    commands = [
        ["sysctl", "--load", "/etc/sysctl.d/60-redis.conf"],
        # The package has started the server with its own configuration.
        ["systemctl", "daemon-reload"],
        ["systemctl", "restart", "redis-server.service"],
    ]
    return _cloud_config(
        packages=["awscli", "redis-server"],
        files=files,
        open_ports=[ports.REDIS],
        commands=commands,
    )


def operations_server(
    *,
    region: str,
    project: str,
    environment: str,
    postgres_host: str,
    redis_host: str,
    alert_topic_arn: str,
) -> str:
    """Return the user data of the server that runs Prometheus, Alertmanager and Grafana.

    Args:
        region: AWS region in which servers are discovered.
        project: value of the `Project` tag of the servers to watch.
        environment: value of their `Environment` tag.
        postgres_host: host name of the database, whose port is probed.
        redis_host: host name of the cache, whose port is probed.
        alert_topic_arn: SNS topic that the instance role may publish alerts to.
    """
    prometheus_text = prometheus.configuration(
        region=region,
        project=project,
        environment=environment,
        probed=[f"{postgres_host}:{ports.POSTGRES}", f"{redis_host}:{ports.REDIS}"],
    )
    alertmanager_text = alertmanager.configuration(region=region, alert_topic_arn=alert_topic_arn)
    files = [
        _file(f"{HOME}/compose.yaml", compose.operations()),
        _file(f"{HOME}/prometheus/prometheus.yml", prometheus_text),
        _file(f"{HOME}/prometheus/{prometheus.RULES_FILE}", prometheus.rules()),
        _file(f"{HOME}/alertmanager/alertmanager.yml", alertmanager_text),
        _file(f"{HOME}/grafana/prometheus.yaml", compose.grafana_data_source()),
        _script(f"{HOME}/write-env", _GRAFANA_SCRIPT),
        _file("/etc/systemd/system/messaging-app.service", _COMPOSE_UNIT),
    ]
    return _cloud_config(
        packages=_DOCKER,
        files=files,
        open_ports=[ports.PROMETHEUS, ports.GRAFANA, ports.ALERTMANAGER],
        commands=[_START],
    )


def _cloud_config(
    *,
    packages: Sequence[str],
    files: Sequence[Mapping[str, Any]],
    open_ports: Sequence[int],
    commands: Sequence[Sequence[str]],
) -> str:
    """Return cloud-config with what every server has: node exporter, firewall, clock in UTC."""
    return "#cloud-config\n" + yaml_text(
        {
            "timezone": "Etc/UTC",
            "package_update": True,
            "packages": [*packages, "prometheus-node-exporter", "ufw"],
            "write_files": list(files),
            "runcmd": [*_firewall(open_ports), *commands],
        }
    )


def _firewall(open_ports: Sequence[int]) -> list[list[str]]:
    """Guide, "Firewall Configuration", with the ports that this server serves.

    Security groups decide who reaches them. Ports that Docker publishes skip ufw; naming them all
    the same keeps `ufw status` true.
    """
    allowed = [ports.SSH, ports.NODE_EXPORTER, *open_ports]
    return [
        ["ufw", "default", "deny", "incoming"],
        ["ufw", "default", "allow", "outgoing"],
        *(["ufw", "allow", f"{port}/tcp"] for port in allowed),
        ["ufw", "--force", "enable"],
    ]


def _file(path: str, content: str, permissions: str = "0644") -> dict[str, Any]:
    # Deferred until packages are installed, which would otherwise ask about files of their own.
    return {"path": path, "permissions": permissions, "defer": True, "content": content}


def _script(path: str, content: str) -> dict[str, Any]:
    return _file(path, content, permissions="0755")
