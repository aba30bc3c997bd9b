"""TCP ports of every service, in one place for firewalls, health checks and configuration files."""

from typing import Final

SSH: Final = 22
HTTP: Final = 80
HTTPS: Final = 443

API_PORT: Final = 8080
WEBSOCKET_PORT: Final = 8081

POSTGRES: Final = 5432
REDIS: Final = 6379
REDIS_SENTINEL: Final = 26379

NODE_EXPORTER: Final = 9100
BLACKBOX_EXPORTER: Final = 9115
PROMETHEUS: Final = 9090
GRAFANA: Final = 3000
ALERTMANAGER: Final = 9093
