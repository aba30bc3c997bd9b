"""Every file that the operations server fetches from the configuration bucket."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service_config import (
    alert_rules,
    alertmanager,
    compose,
    dashboards,
    exporters,
    grafana,
    logrotate,
    operations_scripts,
    ports,
    prometheus,
    registry,
    secrets,
    timers,
)
from service_config.secrets import SecretReference

METRIC_NAMESPACE: Final = "messaging-app"
"""Of the metrics in CloudWatch that this platform reports itself."""

MANIFEST: Final = "manifest.sha256"
"""Lists every other file with its digest; as it is written last, it tells whether all are there."""

METRICS_SHARE: Final = 0.8
"""Of the data volume; the rest is for Prometheus's own journal, Grafana and Alertmanager."""

_PLAIN: Final = "COMPOSE_PROJECT_NAME=operations\n"
"""What `.env` begins with; secrets follow."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """A database or a cache: a primary, a replica and the secret with the password of both."""

    host: str
    replica_host: str
    secret_arn: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the files of one environment say."""

    project: str
    environment: str
    region: str
    image: str
    """Of the `ops` command."""
    data_gib: int
    database: Store
    database_name: str
    cache: Store
    cache_tls: bool
    grafana_secret_arn: str
    backup_bucket: str
    media_bucket: str
    alert_topic_arn: str
    health_url: str
    websocket_url: str


def files(facts: Facts) -> dict[str, str]:
    """Return path → content of everything but the manifest. The paths depend on the image alone."""
    return {
        "compose.yaml": _compose(facts),
        "write-env": secrets.environment_script(references=_secrets(facts), region=facts.region),
        "environment": _PLAIN,
        **_monitoring(facts),
        **_scripts(facts),
        **{f"systemd/{name}": text for name, text in timers.units().items()},
        "logrotate/messaging-app": logrotate.OPERATIONS,
    }


def paths(image: str) -> list[str]:
    """Return the paths of `files` for a server that runs this image of `ops`.

    They are known before the facts are, so that a preview names every object.
    """
    store = Store(host="", replica_host="", secret_arn="")
    unknown = Facts(
        project="",
        environment="",
        region="",
        image=image,
        data_gib=0,
        database=store,
        database_name="",
        cache=store,
        cache_tls=False,
        grafana_secret_arn="",
        backup_bucket="",
        media_bucket="",
        alert_topic_arn="",
        health_url="",
        websocket_url="",
    )
    return list(files(unknown))


def manifest(contents: Mapping[str, str]) -> str:
    """Return the digests of the files, as `sha256sum --check` reads them."""
    digests = {path: hashlib.sha256(text.encode()) for path, text in sorted(contents.items())}
    return "".join(f"{digest.hexdigest()}  {path}\n" for path, digest in digests.items())


def _monitoring(facts: Facts) -> dict[str, str]:
    stores = ((facts.database, ports.POSTGRES), (facts.cache, ports.REDIS))
    return {
        "prometheus/prometheus.yml": prometheus.configuration(
            region=facts.region,
            project=facts.project,
            environment=facts.environment,
            probed=[
                f"{host}:{port}"
                for store, port in stores
                for host in (store.host, store.replica_host)
            ],
            caches=[
                exporters.cache_address(host, tls=facts.cache_tls)
                for host in (facts.cache.host, facts.cache.replica_host)
            ],
            health_url=facts.health_url,
        ),
        f"prometheus/{prometheus.RULES_FILE}": alert_rules.rules(),
        "alertmanager/alertmanager.yml": alertmanager.configuration(
            region=facts.region, alert_topic_arn=facts.alert_topic_arn
        ),
        "blackbox/blackbox.yml": exporters.blackbox(),
        "grafana/provisioning/datasources/prometheus.yaml": compose.grafana_data_source(),
        "grafana/provisioning/dashboards/messaging-app.yaml": grafana.provider(),
        **{
            f"grafana/dashboards/{each.identifier}.json": grafana.dashboard_text(each)
            for each in dashboards.ALL
        },
    }


def _scripts(facts: Facts) -> dict[str, str]:
    repository = registry.ecr_repository(facts.image)
    return {
        "scripts/apply": operations_scripts.APPLY,
        "scripts/ops": operations_scripts.OPS,
        "scripts/backup-age": operations_scripts.backup_age(
            region=facts.region,
            bucket=facts.backup_bucket,
            namespace=METRIC_NAMESPACE,
            environment=facts.environment,
        ),
        "scripts/job-ended": operations_scripts.JOB_ENDED,
        "scripts/heartbeat": operations_scripts.heartbeat(
            region=facts.region, namespace=METRIC_NAMESPACE, environment=facts.environment
        ),
        "scripts/report-failure": operations_scripts.report_failure(
            region=facts.region, topic_arn=facts.alert_topic_arn, environment=facts.environment
        ),
        **({"log-in": registry.login_script(repository)} if repository else {}),
    }


def _secrets(facts: Facts) -> dict[str, SecretReference]:
    return {
        "DB_USER": SecretReference(arn=facts.database.secret_arn, key="username"),
        "DB_PASSWORD": SecretReference(arn=facts.database.secret_arn, key="password"),
        "REDIS_PASSWORD": SecretReference(arn=facts.cache.secret_arn),
        "GRAFANA_PASSWORD": SecretReference(arn=facts.grafana_secret_arn),
    }


def _compose(facts: Facts) -> str:
    database, name = facts.database, facts.database_name
    asked: dict[str, Any] = {
        "postgres-exporter": exporters.database_exporter(
            host=database.host, database=name, port=exporters.PRIMARY_EXPORTER
        ),
        "postgres-replica-exporter": exporters.database_exporter(
            host=database.replica_host, database=name, port=exporters.REPLICA_EXPORTER
        ),
        "redis-exporter": exporters.cache_exporter(),
    }
    return compose.operations(
        image=facts.image,
        environment=_environment(facts),
        exporters=asked,
        metrics_gib=int(facts.data_gib * METRICS_SHARE),
    )


def _environment(facts: Facts) -> dict[str, str]:
    """Variables of `ops`. Passwords have letters and digits only, so they stand in a URL as is."""
    user = "${DB_USER}:${DB_PASSWORD}"
    end = f"{ports.POSTGRES}/{facts.database_name}?sslmode=require"
    scheme = "rediss" if facts.cache_tls else "redis"
    return {
        "AWS_REGION": facts.region,
        "ENVIRONMENT": facts.environment,
        "DATABASE_PLATFORM": "rds",
        "DATABASE_URL": f"postgresql://{user}@{facts.database.host}:{end}",
        "DATABASE_REPLICA_URL": f"postgresql://{user}@{facts.database.replica_host}:{end}",
        "REDIS_URL": f"{scheme}://:${{REDIS_PASSWORD}}@{facts.cache.host}:{ports.REDIS}/0",
        "BACKUP_BUCKET": facts.backup_bucket,
        "MEDIA_BUCKET": facts.media_bucket,
        "ALERT_TOPIC_ARN": facts.alert_topic_arn,
        "PROMETHEUS_URL": f"http://localhost:{ports.PROMETHEUS}",
        "METRICS_DIRECTORY": operations_scripts.METRICS_DIRECTORY,
        "HEALTH_URL": facts.health_url,
        "WEBSOCKET_URL": facts.websocket_url,
        "INCIDENT_LOG": f"{compose.LOG_DIRECTORY}/incidents.log",
        "FAILOVER_LOG": f"{compose.LOG_DIRECTORY}/failover.jsonl",
        "STATE_DIRECTORY": compose.STATE_DIRECTORY,
    }
