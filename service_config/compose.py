"""Docker Compose files: one application server, and the operations server."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service_config import ports
from service_config.operations_scripts import METRICS_DIRECTORY
from service_config.yaml_text import yaml_text

# Container output would otherwise fill the disk; files below /var/log have logrotate.
_LOGGING: Final = {"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}

STATE_DIRECTORY: Final = "/var/lib/messaging-app/ops"
"""What `ops` remembers between two runs."""

LOG_DIRECTORY: Final = "/var/log/messaging-app"
"""Which logrotate looks after."""

DATA_SOURCE: Final = "prometheus"
"""Name by which Grafana's dashboards refer to the Prometheus beside it."""

METRICS_DAYS: Final = 90
"""How long Prometheus keeps what it measured, as long as it fits on the volume."""


def application(
    *, role: str, image: str, port: int, log_group: str, region: str, drain_seconds: int
) -> str:
    """Return the compose file of a server that runs one container of the application.

    Args:
        role: `api` or `websocket`; names the service.
        image: container image with a tag.
        port: TCP port that the container serves.
        log_group: CloudWatch log group of the output, with one stream a server: `INSTANCE_ID` of
            `.env`.
        region: AWS region of the log group.
        drain_seconds: how long the application may take to stop after SIGTERM.
    """
    service: dict[str, Any] = {
        "image": image,
        "restart": "unless-stopped",
        "env_file": [".env"],
        "ports": [f"{port}:{port}"],
        "volumes": ["/var/log/messaging-app:/var/log/messaging-app"],
        "healthcheck": {
            "test": ["CMD", "curl", "--fail", "--silent", f"http://localhost:{port}/health"],
            "interval": "15s",
            "timeout": "5s",
            "retries": 3,
            "start_period": "30s",
        },
        "stop_grace_period": f"{drain_seconds}s",
        "logging": {
            "driver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": region,
                "awslogs-stream": "${INSTANCE_ID:-unknown}",
                # The application never waits for CloudWatch.
                "mode": "non-blocking",
                # Docker keeps a copy, which `docker compose logs` reads.
                "cache-disabled": "false",
                "cache-max-size": "50m",
                "cache-max-file": "5",
            },
        },
    }
    return yaml_text({"services": {role: service}})


def operations(
    *, image: str, environment: Mapping[str, str], exporters: Mapping[str, Any], metrics_gib: int
) -> str:
    """Return the compose file of the operations server.

    All share the host's network: the metadata service answers only one network hop away, so a
    container behind a bridge would get no credentials, and ufw sees their ports. Data lies on the
    volume that outlives the server.

    Args:
        image: container image of the `ops` command.
        environment: its variables; `${NAME}` in a value is taken from `.env`.
        exporters: service name → image, command and environment of what Prometheus asks besides.
        metrics_gib: space for Prometheus, which then drops its oldest data.
    """
    keep = [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
        f"--storage.tsdb.retention.time={METRICS_DAYS}d",
        f"--storage.tsdb.retention.size={metrics_gib}GB",
    ]
    services = {
        "prometheus": _monitoring(
            {"image": "prom/prometheus:v2.53.2", "command": keep},
            volumes=["./prometheus:/etc/prometheus:ro", "/data/prometheus:/prometheus"],
        ),
        "alertmanager": _monitoring(
            {"image": "prom/alertmanager:v0.27.0"},
            volumes=["./alertmanager:/etc/alertmanager:ro", "/data/alertmanager:/alertmanager"],
        ),
        "blackbox": _monitoring(
            {
                "image": "prom/blackbox-exporter:v0.25.0",
                "command": [
                    "--config.file=/etc/blackbox/blackbox.yml",
                    f"--web.listen-address=127.0.0.1:{ports.BLACKBOX_EXPORTER}",
                ],
            },
            volumes=["./blackbox:/etc/blackbox:ro"],
        ),
        "grafana": _monitoring(
            {
                "image": "grafana/grafana:11.2.0",
                "environment": {"GF_SECURITY_ADMIN_PASSWORD": "${GRAFANA_PASSWORD}"},
            },
            volumes=[
                "./grafana/provisioning:/etc/grafana/provisioning:ro",
                "./grafana/dashboards:/etc/grafana/dashboards:ro",
                "/data/grafana:/var/lib/grafana",
            ],
        ),
        **{name: _monitoring(exporter, volumes=[]) for name, exporter in exporters.items()},
        "ops": _command(image, environment),
    }
    return yaml_text({"services": services})


def _monitoring(definition: Mapping[str, Any], *, volumes: Sequence[str]) -> dict[str, Any]:
    return {
        **definition,
        "restart": "unless-stopped",
        "network_mode": "host",
        "volumes": list(volumes),
        "logging": _LOGGING,
    }


def _command(image: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """A service that only `docker compose run` starts; what it must remember lies outside of it."""
    kept = (METRICS_DIRECTORY, STATE_DIRECTORY, LOG_DIRECTORY)
    return {
        "image": image,
        "profiles": ["ops"],
        # Passes signals on, and takes leave of what a trial's server leaves behind.
        "init": True,
        "network_mode": "host",
        "environment": dict(environment),
        "volumes": [f"{each}:{each}" for each in kept],
        "logging": _LOGGING,
    }


def grafana_data_source() -> str:
    """Return Grafana's provisioning file that points it at the Prometheus beside it."""
    source = {
        "name": "Prometheus",
        "uid": DATA_SOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://localhost:{ports.PROMETHEUS}",
        "isDefault": True,
    }
    return yaml_text({"apiVersion": 1, "datasources": [source]})
