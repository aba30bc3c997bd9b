"""Docker Compose files: one application server, and the operations server."""

from collections.abc import Sequence
from typing import Any, Final

from service_config import ports
from service_config.yaml_text import yaml_text

# Container output would otherwise fill the disk; files below /var/log have logrotate.
_LOGGING: Final = {"driver": "json-file", "options": {"max-size": "50m", "max-file": "5"}}


def application(*, role: str, image: str, port: int) -> str:
    """Return the compose file of a server that runs one container of the application."""
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
        "logging": _LOGGING,
    }
    return yaml_text({"services": {role: service}})


def operations() -> str:
    """Return the compose file of Prometheus, Alertmanager, Grafana and the blackbox exporter.

    They share the host's network: the metadata service answers only one network hop away, so a
    container behind a bridge would get no credentials, and ufw sees their ports.
    """
    services = {
        "prometheus": _monitoring(
            "prom/prometheus:v2.53.2",
            volumes=["./prometheus:/etc/prometheus:ro", "prometheus:/prometheus"],
        ),
        "alertmanager": _monitoring(
            "prom/alertmanager:v0.27.0",
            volumes=["./alertmanager:/etc/alertmanager:ro", "alertmanager:/alertmanager"],
        ),
        "blackbox": _monitoring("prom/blackbox-exporter:v0.25.0", volumes=[]),
        "grafana": _monitoring(
            "grafana/grafana:11.2.0",
            volumes=[
                "./grafana:/etc/grafana/provisioning/datasources:ro",
                "grafana:/var/lib/grafana",
            ],
        )
        | {"env_file": [".env"]},
    }
    data: dict[str, Any] = {"prometheus": {}, "alertmanager": {}, "grafana": {}}
    return yaml_text({"services": services, "volumes": data})


def _monitoring(image: str, *, volumes: Sequence[str]) -> dict[str, Any]:
    return {
        "image": image,
        "restart": "unless-stopped",
        "network_mode": "host",
        "volumes": list(volumes),
        "logging": _LOGGING,
    }


def grafana_data_source() -> str:
    """Return Grafana's provisioning file that points it at the Prometheus beside it."""
    source = {
        "name": "Prometheus",
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://localhost:{ports.PROMETHEUS}",
        "isDefault": True,
    }
    return yaml_text({"apiVersion": 1, "datasources": [source]})
