"""Prometheus: what it scrapes, and when it raises an alert (guide, "Monitoring")."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service_config import ports
from service_config.yaml_text import yaml_text

RULES_FILE: Final = "rules.yml"
"""Beside prometheus.yml, which names it by a relative path."""

HIGH_ERROR_RATE: Final = (
    'sum(rate(http_requests_total{status=~"5.."}[5m]))'
    " / sum(rate(http_requests_total[5m])) * 100 > 5"
)
"""The guide's expression with both sides summed: divided series by series, every failing series
would be compared with itself alone and always give 100 %."""


def configuration(*, region: str, project: str, environment: str, probed: Sequence[str]) -> str:
    """Return prometheus.yml: servers are found by their tags, so scaling needs no change here.

    Job names, paths and intervals are the guide's.

    Args:
        region: AWS region in which servers are discovered.
        project: value of their `Project` tag.
        environment: value of their `Environment` tag.
        probed: `host:port` addresses that must accept a TCP connection.
    """
    tags = {"Project": project, "Environment": environment}
    alertmanagers = [{"static_configs": [{"targets": [f"localhost:{ports.ALERTMANAGER}"]}]}]
    return yaml_text(
        {
            "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
            "rule_files": [RULES_FILE],
            "alerting": {"alertmanagers": alertmanagers},
            "scrape_configs": [
                _server_job("messaging-app", region, ports.API_PORT, {**tags, "Role": "api"}),
                _server_job(
                    "websocket", region, ports.WEBSOCKET_PORT, {**tags, "Role": "websocket"}
                ),
                _server_job("node", region, ports.NODE_EXPORTER, tags),
                _probe_job(probed),
            ],
        }
    )


def rules() -> str:
    """Return the alert rules: the guide's, and two for what it cannot see."""
    rules = [
        _alert(
            "HighErrorRate",
            HIGH_ERROR_RATE,
            wait="5m",
            summary="High error rate",
            description="Error rate is above 5% for 5 minutes",
        ),
        _alert(
            "ServerDown",
            'up{job="node"} == 0',
            wait="5m",
            summary="A server is down",
            description="{{ $labels.instance }} ({{ $labels.role }}) does not report its state",
        ),
        _alert(
            "Unreachable",
            "probe_success == 0",
            wait="1m",
            summary="Database or cache is unreachable",
            description="{{ $labels.instance }} accepts no connection",
        ),
    ]
    return yaml_text({"groups": [{"name": "critical", "rules": rules}]})


def _server_job(name: str, region: str, port: int, tags: Mapping[str, str]) -> dict[str, Any]:
    filters = {"instance-state-name": "running", **{f"tag:{tag}": tags[tag] for tag in tags}}
    discovery = {
        "region": region,
        "port": port,
        "filters": [{"name": key, "values": [value]} for key, value in filters.items()],
    }
    labels = {"instance_id": "instance", "tag_Role": "role", "availability_zone": "zone"}
    return {
        "job_name": name,
        "metrics_path": "/metrics",
        "ec2_sd_configs": [discovery],
        "relabel_configs": [
            {"source_labels": [f"__meta_ec2_{source}"], "target_label": target}
            for source, target in labels.items()
        ],
    }


def _probe_job(probed: Sequence[str]) -> dict[str, Any]:
    """Probe through the blackbox exporter, which takes the address as a parameter."""
    return {
        "job_name": "reachability",
        "metrics_path": "/probe",
        "params": {"module": ["tcp_connect"]},
        "static_configs": [{"targets": list(probed)}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__address__"], "target_label": "instance"},
            {
                "target_label": "__address__",
                "replacement": f"localhost:{ports.BLACKBOX_EXPORTER}",
            },
        ],
    }


def _alert(
    name: str, expression: str, *, wait: str, summary: str, description: str
) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": wait,
        "labels": {"severity": "critical"},
        "annotations": {"summary": summary, "description": description},
    }
