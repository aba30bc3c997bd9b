"""Every alert fires when it must and only then, by Prometheus's own test tool."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from service_config import alert_rules
from service_config.alert import RUNBOOK as RUNBOOK_PATH
from service_config.alert import Alert
from service_config.operations_scripts import JOB_METRIC, STATUS_METRIC
from service_config.timers import JOBS, Job
from tests.service_config.tools import required

RUNBOOK = Path(__file__).parents[2] / RUNBOOK_PATH
ALERTS = {alert.name: alert for group in alert_rules.GROUPS.values() for alert in group}


@dataclass(frozen=True, kw_only=True)
class Example:
    """Series by which an alert fires, and by which it does not, as promtool spells them."""

    fires: Mapping[str, str]
    silent: Mapping[str, str]
    at: str = "30m"
    interval: str = "1m"


def requests(ok: int, failed: int, samples: int = 60) -> dict[str, str]:
    return {
        'http_requests_total{status="200"}': f"0+{ok}x{samples}",
        'http_requests_total{status="503"}': f"0+{failed}x{samples}",
    }


def gauge(series: str, value: float | str) -> dict[str, str]:
    return {series: f"{value}x60" if isinstance(value, str) else f"{value}+0x60"}


def histogram(name: str, le: str) -> dict[str, str]:
    """All observations are below `le` and above the limit before it."""
    return {
        f'{name}_bucket{{le="{limit}"}}': f"0+{100 if limit >= le else 0}x60"
        for limit in ("0.5", "1", "2", "4", "8")
    } | {f'{name}_bucket{{le="+Inf"}}': "0+100x60"}


def connections(ok: int, failed: int) -> dict[str, str]:
    return {
        'messaging_connections_total{result="success"}': f"0+{ok}x60",
        'messaging_connections_total{result="failure"}': f"0+{failed}x60",
    }


def disk(avail: str) -> dict[str, str]:
    labels = '{instance="i-1",fstype="ext4",mountpoint="/"}'
    return {
        f"node_filesystem_avail_bytes{labels}": avail,
        f"node_filesystem_size_bytes{labels}": "100000+0x600",
    }


def reconnects(a_minute: int) -> dict[str, str]:
    return {
        "messaging_reconnects_total": f"0+{a_minute}x60",
        **gauge("websocket_connections", 1000),
    }


def held(connections: int) -> dict[str, str]:
    return {
        **gauge('websocket_connections{instance="i-1"}', connections),
        **gauge('websocket_connections_limit{instance="i-1"}', 1000),
    }


def memory(available: int) -> dict[str, str]:
    return {
        **gauge('node_memory_MemAvailable_bytes{instance="i-1"}', available),
        **gauge('node_memory_MemTotal_bytes{instance="i-1"}', 100),
    }


def backends(count: int) -> dict[str, str]:
    return {
        **gauge('pg_stat_database_numbackends{server="primary",datname="a"}', count),
        **gauge('pg_stat_database_numbackends{server="primary",datname="b"}', 10),
        **gauge('pg_settings_max_connections{server="primary"}', 200),
    }


def cache_memory(used: int, limit: int) -> dict[str, str]:
    return {
        **gauge('redis_memory_used_bytes{instance="r"}', used),
        **gauge('redis_memory_max_bytes{instance="r"}', limit),
    }


def job(name: str, finished: int) -> dict[str, str]:
    """When a job last came to its end, in seconds since the beginning."""
    return gauge(f'{JOB_METRIC}{{procedure="{name}"}}', finished)


def jobs(finished: int) -> dict[str, str]:
    return {series: value for each in JOBS for series, value in job(each.command, finished).items()}


def health(status: int) -> dict[str, str]:
    return gauge(f'{STATUS_METRIC}{{procedure="health"}}', status)


EXAMPLES: dict[str, Example] = {
    # 5 % is not above 5 %; 6.7 % is.
    "HighErrorRate": Example(fires=requests(112, 8), silent=requests(114, 6)),
    "ErrorBudgetBurnsFast": Example(fires=requests(980, 20), silent=requests(996, 4)),
    "ErrorBudgetBurnsSlowly": Example(
        fires=requests(3980, 20, 900), silent=requests(9999, 1, 900), at="12h"
    ),
    "HighLatency": Example(
        fires=histogram("http_request_duration_seconds", "2"),
        silent=histogram("http_request_duration_seconds", "1"),
    ),
    "HealthCheckFailing": Example(
        fires=gauge('probe_success{job="health"}', 0),
        silent=gauge('probe_success{job="health"}', 1),
    ),
    "CertificateExpiresSoon": Example(
        fires=gauge('probe_ssl_earliest_cert_expiry{job="health"}', 20 * 86400),
        silent=gauge('probe_ssl_earliest_cert_expiry{job="health"}', 60 * 86400),
        at="2h",
        interval="5m",
    ),
    "ConnectionsFail": Example(fires=connections(98, 2), silent=connections(999, 1)),
    "SlowDelivery": Example(
        fires=histogram("messaging_delivery_seconds", "4"),
        silent=histogram("messaging_delivery_seconds", "2"),
    ),
    "ReconnectStorm": Example(fires=reconnects(100), silent=reconnects(10)),
    "WebsocketConnectionsNearLimit": Example(fires=held(900), silent=held(700)),
    "ServerDown": Example(fires=gauge('up{job="node"}', 0), silent=gauge('up{job="node"}', 1)),
    "DiskAlmostFull": Example(fires=disk("4000+0x60"), silent=disk("6000+0x60")),
    "DiskFillsUp": Example(fires=disk("39000-50x600"), silent=disk("39000-1x600"), at="8h"),
    "MemoryLow": Example(fires=memory(9), silent=memory(11)),
    "Unreachable": Example(
        fires=gauge('probe_success{job="reachability"}', 0),
        silent=gauge('probe_success{job="reachability"}', 1),
    ),
    "DatabaseDown": Example(fires=gauge("pg_up", 0), silent=gauge("pg_up", 1)),
    "DatabaseConnectionsNearLimit": Example(fires=backends(151), silent=backends(149)),
    "ReplicationLag": Example(
        fires=gauge('pg_replication_lag_seconds{server="replica"}', 31),
        silent=gauge('pg_replication_lag_seconds{server="replica"}', 29),
    ),
    "CacheDown": Example(fires=gauge("redis_up", 0), silent=gauge("redis_up", 1)),
    # Without a limit, as in the first seconds, there is nothing to be near to.
    "CacheMemoryNearLimit": Example(fires=cache_memory(95, 100), silent=cache_memory(95, 0)),
    "CacheReplicaMissing": Example(
        fires=gauge('redis_connected_slaves{instance="a"}', 0),
        silent={
            **gauge('redis_connected_slaves{instance="a"}', 0),
            **gauge('redis_connected_slaves{instance="b"}', 1),
        },
    ),
    "BackupTooOld": Example(
        fires=gauge("messaging_backup_finished_timestamp_seconds", -26 * 3600),
        silent=gauge("messaging_backup_finished_timestamp_seconds", 0),
        at="2h",
        interval="5m",
    ),
    # Only the one that has not run for so long; all others have just run.
    "JobOverdue": Example(
        fires={**jobs(0), **job("health", -1800)}, silent={**jobs(0), **job("backup", -86400)}
    ),
    "HealthCritical": Example(fires=health(11), silent=health(10)),
    "HealthWarning": Example(fires=health(10), silent=health(11), at="2h", interval="5m"),
    "TargetDown": Example(fires=gauge('up{job="redis"}', 0), silent=gauge('up{job="node"}', 0)),
    "ConfigurationRefused": Example(
        fires=gauge('alertmanager_config_last_reload_successful{job="alertmanager"}', 0),
        silent=gauge('prometheus_config_last_reload_successful{job="prometheus"}', 1),
    ),
    "AlertsNotDelivered": Example(
        fires={"alertmanager_notifications_failed_total": "0+1x60"},
        silent=gauge("alertmanager_notifications_failed_total", 7),
    ),
}


def expectation(name: str, series: Mapping[str, str], example: Example, *, fires: bool) -> object:
    """A test of promtool: how many series of the alert fire, which is unset when none does."""
    firing = f'group(ALERTS{{alertname="{name}",alertstate="firing"}})'
    return {
        "name": f"{name} {'fires' if fires else 'is silent'}",
        "interval": example.interval,
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [
            {
                "expr": firing,
                "eval_time": example.at,
                "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
            }
        ],
    }


def run_promtool(directory: Path, tests: list[object]) -> None:
    promtool = required("promtool", "prometheus")
    (directory / "rules.yml").write_text(alert_rules.rules(), encoding="utf-8")
    content = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": tests}
    path = directory / "test.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    result = subprocess.run(
        [promtool, "test", "rules", path], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_has_an_example() -> None:
    assert EXAMPLES.keys() == ALERTS.keys()


@pytest.mark.parametrize("fires", [True, False], ids=["fires", "silent"])
def test_alerts_fire_when_they_must_and_only_then(tmp_path: Path, fires: bool) -> None:
    run_promtool(
        tmp_path,
        [
            expectation(name, example.fires if fires else example.silent, example, fires=fires)
            for name, example in EXAMPLES.items()
        ],
    )


def test_a_missing_backup_is_too_old(tmp_path: Path) -> None:
    example = EXAMPLES["BackupTooOld"]
    run_promtool(tmp_path, [expectation("BackupTooOld", {}, example, fires=True)])


@pytest.mark.parametrize("job_", JOBS, ids=lambda job_: job_.command)
def test_each_job_is_missed_alone(job_: Job, tmp_path: Path) -> None:
    """Without a sign of it at all, and when it is late; never before."""
    name = job_.command
    others = {series: value for series, value in jobs(0).items() if f'"{name}"' not in series}
    example = EXAMPLES["JobOverdue"]
    late, early = job(name, -job_.overdue_seconds), job(name, 1800 - job_.overdue_seconds)
    run_promtool(
        tmp_path,
        [
            expectation("JobOverdue", others, example, fires=True),
            expectation("JobOverdue", {**others, **late}, example, fires=True),
            expectation("JobOverdue", {**others, **early}, example, fires=False),
        ],
    )


def test_the_guide_s_alert_has_the_guide_s_words() -> None:
    rule = ALERTS["HighErrorRate"].rule()
    assert rule["for"] == "5m"
    assert rule["labels"]["severity"] == "critical"
    assert rule["annotations"]["summary"] == "High error rate"
    assert rule["annotations"]["description"] == "Error rate is above 5% for 5 minutes"


@pytest.mark.parametrize("alert", ALERTS.values(), ids=lambda alert: alert.name)
def test_an_alert_says_what_and_where_to_read_on(alert: Alert) -> None:
    annotations = alert.rule()["annotations"]
    assert all(annotations[name] for name in ("summary", "description"))
    path, _, anchor = annotations["runbook_url"].partition("#")
    headings = re.findall(r"^## (.+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert path == "docs/runbooks/alerts.md"
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_the_runbook_describes_no_alert_that_is_gone() -> None:
    headings = re.findall(r"^## (\w+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(headings) == ALERTS.keys()


def test_the_runbook_lists_every_metric_that_the_application_must_report() -> None:
    text = RUNBOOK.read_text(encoding="utf-8")
    used = set(re.findall(r"(?<!:)\b(?:messaging|websocket|http)_[a-z_]+", alert_rules.rules()))
    from_us = {"messaging_backup_finished_timestamp_seconds", JOB_METRIC, STATUS_METRIC}
    named = {re.sub(r"_bucket$", "", name) for name in used} - from_us
    assert named
    assert all(f"| `{name}` |" in text for name in named)
