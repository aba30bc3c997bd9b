"""When Prometheus raises an alert (guide, "Alert Rules"); what to do: docs/runbooks/alerts.md."""

from collections.abc import Mapping
from typing import Final

from service_config import job_alerts, recording_rules
from service_config.alert import Alert
from service_config.yaml_text import yaml_text

OBJECTIVE: Final = 0.999
"""Share of the requests that must succeed within 30 days, which leaves 43 minutes of failure."""

HIGH_ERROR_RATE: Final = (
    'sum(rate(http_requests_total{status=~"5.."}[5m]))'
    " / sum(rate(http_requests_total[5m])) * 100 > 5"
)
"""The guide's expression with both sides summed: divided series by series, every failing series
would be compared with itself alone and always give 100 %."""


def _burns(pairs: Mapping[float, tuple[str, str]]) -> str:
    """Of the error budget, a multiple of what it allows is spent: now, and for some time.

    The long window keeps short faults quiet, and the short one ends the alert with the fault.
    (Google, The Site Reliability Workbook, "Alerting on SLOs".)
    """
    allowed = round(1 - OBJECTIVE, 6)
    return " or ".join(
        f"(api:failed_requests:ratio_{long} > {rate} * {allowed}"
        f" and api:failed_requests:ratio_{short} > {rate} * {allowed})"
        for rate, (long, short) in pairs.items()
    )


SERVICE: Final = (
    Alert(
        name="HighErrorRate",
        severity="critical",
        area="api",
        expression=HIGH_ERROR_RATE,
        wait="5m",
        summary="High error rate",
        description="Error rate is above 5% for 5 minutes",
    ),
    Alert(
        name="ErrorBudgetBurnsFast",
        severity="critical",
        area="api",
        expression=_burns({14.4: ("1h", "5m"), 6: ("6h", "30m")}),
        wait="2m",
        summary="Failed requests use up the month's error budget within days",
        description="Of all requests, {{ $value | humanizePercentage }} fail",
    ),
    Alert(
        name="ErrorBudgetBurnsSlowly",
        severity="warning",
        area="api",
        expression=_burns({3: ("1d", "2h"), 1: ("3d", "6h")}),
        wait="15m",
        summary="Failed requests use up the month's error budget before its end",
        description="Of all requests, {{ $value | humanizePercentage }} fail",
    ),
    Alert(
        name="HighLatency",
        severity="warning",
        area="api",
        expression="api:request_duration_seconds:p99 > 1",
        wait="10m",
        summary="Requests are slow",
        description="One request in a hundred takes longer than {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="HealthCheckFailing",
        severity="critical",
        area="api",
        expression='probe_success{job="health"} == 0',
        wait="3m",
        summary="The application does not answer its public health check",
        description="{{ $labels.instance }} gives no 200 through the load balancer",
    ),
    Alert(
        name="CertificateExpiresSoon",
        severity="warning",
        area="certificate",
        expression='probe_ssl_earliest_cert_expiry{job="health"} - time() < 21 * 86400',
        wait="1h",
        summary="The certificate has not been renewed",
        description="It expires in {{ $value | humanizeDuration }}",
    ),
)

MESSAGING: Final = (
    Alert(
        name="ConnectionsFail",
        severity="critical",
        area="websocket",
        expression="messaging:connection_success:ratio_5m < 0.99",
        wait="5m",
        summary="Clients cannot connect",
        description="Only {{ $value | humanizePercentage }} of the attempts to connect succeed",
    ),
    Alert(
        name="SlowDelivery",
        severity="critical",
        area="messaging",
        expression="messaging:delivery_seconds:p99 > 2",
        wait="5m",
        summary="Messages arrive late",
        description="One message in a hundred takes longer than {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="ReconnectStorm",
        severity="warning",
        area="websocket",
        # Every connection comes back once in 15 minutes: far above what mobile networks cause.
        expression="sum(rate(messaging_reconnects_total[5m]))"
        " / sum(websocket_connections) * 900 > 1",
        wait="5m",
        summary="Clients lose their connections and come back",
        description="In 15 minutes a connection is lost {{ $value | humanize }} times",
    ),
    Alert(
        name="WebsocketConnectionsNearLimit",
        severity="warning",
        area="websocket",
        expression="websocket_connections / websocket_connections_limit > 0.8",
        wait="5m",
        summary="A websocket server is nearly full",
        description="{{ $labels.instance }} holds {{ $value | humanizePercentage }} of its limit",
    ),
)

SERVERS: Final = (
    Alert(
        name="ServerDown",
        severity="critical",
        area="server",
        expression='up{job="node"} == 0',
        wait="5m",
        summary="A server is down",
        description="{{ $labels.instance }} ({{ $labels.role }}) does not report its state",
    ),
    Alert(
        name="DiskAlmostFull",
        severity="critical",
        area="disk",
        expression='node_filesystem_avail_bytes{fstype=~"ext4|xfs"}'
        ' / node_filesystem_size_bytes{fstype=~"ext4|xfs"} < 0.05',
        wait="5m",
        summary="A disk is almost full",
        description="{{ $labels.mountpoint }} of {{ $labels.instance }}:"
        " {{ $value | humanizePercentage }} are free",
    ),
    Alert(
        name="DiskFillsUp",
        severity="warning",
        area="disk",
        expression='(node_filesystem_avail_bytes{fstype=~"ext4|xfs"}'
        ' / node_filesystem_size_bytes{fstype=~"ext4|xfs"} < 0.4)'
        ' and predict_linear(node_filesystem_avail_bytes{fstype=~"ext4|xfs"}[6h], 86400) < 0',
        wait="1h",
        summary="A disk will be full within a day",
        description="{{ $labels.mountpoint }} of {{ $labels.instance }}:"
        " {{ $value | humanizePercentage }} are free",
    ),
    Alert(
        name="MemoryLow",
        severity="warning",
        area="memory",
        expression="node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
        wait="10m",
        summary="A server runs out of memory",
        description="{{ $labels.instance }}: {{ $value | humanizePercentage }} are available",
    ),
)

DATA: Final = (
    Alert(
        name="Unreachable",
        severity="critical",
        area="data",
        expression='probe_success{job="reachability"} == 0',
        wait="1m",
        summary="Database or cache is unreachable",
        description="{{ $labels.instance }} accepts no connection",
    ),
    Alert(
        name="DatabaseDown",
        severity="critical",
        area="database",
        expression="pg_up == 0",
        wait="2m",
        summary="The database answers no queries",
        description="The {{ $labels.server }} refuses the exporter",
    ),
    Alert(
        name="DatabaseConnectionsNearLimit",
        severity="warning",
        area="database",
        expression="sum by (server) (pg_stat_database_numbackends)"
        " / max by (server) (pg_settings_max_connections) > 0.8",
        wait="5m",
        summary="The database is running out of connections",
        description="{{ $value | humanizePercentage }} are in use on the {{ $labels.server }}",
    ),
    Alert(
        name="ReplicationLag",
        severity="warning",
        area="replication",
        expression='pg_replication_lag_seconds{server="replica"} > 30',
        wait="5m",
        summary="The replica of the database is behind",
        description="By {{ $value | humanizeDuration }}",
    ),
    Alert(
        name="CacheDown",
        severity="critical",
        area="cache",
        expression="redis_up == 0",
        wait="2m",
        summary="A cache server answers no commands",
        description="{{ $labels.instance }} refuses the exporter",
    ),
    Alert(
        name="CacheMemoryNearLimit",
        severity="warning",
        area="cache",
        expression="redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9",
        wait="15m",
        summary="The cache is nearly full and will drop what is used least",
        description="{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its limit",
    ),
    Alert(
        name="CacheReplicaMissing",
        severity="warning",
        area="cache",
        expression="max(redis_connected_slaves) < 1",
        wait="5m",
        summary="No replica follows the cache's primary",
        description="If the primary failed now, nothing could take over",
    ),
    Alert(
        name="BackupTooOld",
        severity="critical",
        area="backup",
        expression="time() - messaging_backup_finished_timestamp_seconds > 26 * 3600"
        " or absent(messaging_backup_finished_timestamp_seconds)",
        wait="1h",
        summary="There is no backup of the last day",
        description="`ops backup` runs daily at 01:30 UTC on the operations server",
    ),
)

MONITORING: Final = (
    Alert(
        name="TargetDown",
        severity="warning",
        area="monitoring",
        expression='up{job!="node"} == 0',
        wait="10m",
        summary="Metrics are missing",
        description="{{ $labels.instance }} of {{ $labels.job }} does not answer Prometheus",
    ),
    Alert(
        name="ConfigurationRefused",
        severity="warning",
        area="monitoring",
        expression="prometheus_config_last_reload_successful == 0"
        " or alertmanager_config_last_reload_successful == 0",
        wait="5m",
        summary="A changed configuration is not in force",
        description="{{ $labels.job }} refused it and goes on with the one before",
    ),
    Alert(
        name="AlertsNotDelivered",
        severity="warning",
        area="monitoring",
        expression="sum(rate(alertmanager_notifications_failed_total[5m])) > 0",
        wait="5m",
        summary="Alerts do not reach the topic",
        description="Alertmanager cannot publish to it",
    ),
)

GROUPS: Final[Mapping[str, tuple[Alert, ...]]] = {
    "service": SERVICE,
    "messaging": MESSAGING,
    "servers": SERVERS,
    "data": DATA,
    "jobs": job_alerts.ALERTS,
    "monitoring": MONITORING,
}


def rules() -> str:
    """Return the rules file: what is recorded, and every alert."""
    recorded = [
        {"record": each.name, "expr": each.expression} for each in recording_rules.records()
    ]
    groups = [{"name": "records", "rules": recorded}]
    groups += [
        {"name": name, "rules": [alert.rule() for alert in alerts]}
        for name, alerts in GROUPS.items()
    ]
    return yaml_text({"groups": groups})
