"""User data of the server that runs Prometheus, Alertmanager and Grafana."""

from typing import Final

from service_config import alertmanager, compose, ports, prometheus
from service_config.cloud_init import cloud_config, compose_service
from service_config.cloud_init.cloud_config import HOME, file

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


def user_data(
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
    service = compose_service.part(
        compose_file=compose.operations(),
        write_env=_GRAFANA_SCRIPT,
        files=[
            file(f"{HOME}/prometheus/prometheus.yml", prometheus_text),
            file(f"{HOME}/prometheus/{prometheus.RULES_FILE}", prometheus.rules()),
            file(f"{HOME}/alertmanager/alertmanager.yml", alertmanager_text),
            file(f"{HOME}/grafana/prometheus.yaml", compose.grafana_data_source()),
        ],
        open_ports=[ports.PROMETHEUS, ports.GRAFANA, ports.ALERTMANAGER],
    )
    return cloud_config.user_data(service)
