"""Exporters beside Prometheus: the state of database and cache, and what a client would see."""

from typing import Any, Final

from service_config import ports
from service_config.yaml_text import yaml_text

PRIMARY_EXPORTER: Final = 9187
REPLICA_EXPORTER: Final = 9188
CACHE_EXPORTER: Final = 9121
"""Ports on the loopback interface, where only the Prometheus beside them asks."""


def database_exporter(*, host: str, database: str, port: int) -> dict[str, Any]:
    """Return image, command and environment of the exporter of one database server.

    Name and password stay variables, which Compose takes from `.env`.
    """
    return {
        "image": "prometheuscommunity/postgres-exporter:v0.15.0",
        "command": [f"--web.listen-address=127.0.0.1:{port}"],
        "environment": {
            # Encrypted; the certificate is for RDS's own name, and this one is an alias of it.
            "DATA_SOURCE_URI": f"{host}:{ports.POSTGRES}/{database}?sslmode=require",
            "DATA_SOURCE_USER": "${DB_USER}",
            "DATA_SOURCE_PASS": "${DB_PASSWORD}",
        },
    }


def cache_exporter() -> dict[str, Any]:
    """Return the exporter of all cache servers; Prometheus names the server in its request."""
    return {
        "image": "oliver006/redis_exporter:v1.62.0",
        "command": [f"--web.listen-address=127.0.0.1:{CACHE_EXPORTER}", "--redis.addr="],
        "environment": {"REDIS_PASSWORD": "${REDIS_PASSWORD}"},
    }


def cache_address(host: str, *, tls: bool) -> str:
    """Return the URL by which the exporter reaches a cache server."""
    return f"{'rediss' if tls else 'redis'}://{host}:{ports.REDIS}"


def blackbox() -> str:
    """Return blackbox.yml: a connection over TCP, and an HTTPS answer of 200."""
    https = {"fail_if_not_ssl": True, "preferred_ip_protocol": "ip4"}
    return yaml_text(
        {
            "modules": {
                "tcp_connect": {"prober": "tcp", "timeout": "5s"},
                "https": {"prober": "http", "timeout": "10s", "http": https},
            }
        }
    )
