"""Prometheus: what it scrapes (guide, "Prometheus Configuration")."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service_config import ports
from service_config.exporters import CACHE_EXPORTER, PRIMARY_EXPORTER, REPLICA_EXPORTER
from service_config.yaml_text import yaml_text

RULES_FILE: Final = "rules.yml"
"""Beside prometheus.yml, which names it by a relative path."""


def configuration(
    *,
    region: str,
    project: str,
    environment: str,
    probed: Sequence[str],
    caches: Sequence[str],
    health_url: str,
) -> str:
    """Return prometheus.yml: servers are found by their tags, so scaling needs no change here.

    Job names, paths and intervals are the guide's.

    Args:
        region: AWS region in which servers are discovered.
        project: value of their `Project` tag.
        environment: value of their `Environment` tag.
        probed: `host:port` addresses that must accept a TCP connection.
        caches: URLs of the cache servers.
        health_url: what must answer 200 over HTTPS, as clients see it.
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
                _database_job(),
                _through("redis", CACHE_EXPORTER, "/scrape", caches),
                _probe_job("reachability", "tcp_connect", probed),
                _probe_job("health", "https", [health_url]),
                _here("prometheus", ports.PROMETHEUS),
                _here("alertmanager", ports.ALERTMANAGER),
            ],
        }
    )


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


def _here(name: str, port: int, labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A job of one program on this server."""
    target = {"targets": [f"localhost:{port}"], **({"labels": dict(labels)} if labels else {})}
    return {"job_name": name, "metrics_path": "/metrics", "static_configs": [target]}


def _database_job() -> dict[str, Any]:
    job = _here("postgres", PRIMARY_EXPORTER, {"server": "primary"})
    replica = _here("postgres", REPLICA_EXPORTER, {"server": "replica"})
    return {**job, "static_configs": [*job["static_configs"], *replica["static_configs"]]}


def _through(name: str, port: int, path: str, targets: Sequence[str]) -> dict[str, Any]:
    """A job whose exporter takes the address to look at as a parameter."""
    return {
        "job_name": name,
        "metrics_path": path,
        "static_configs": [{"targets": list(targets)}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__address__"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": f"localhost:{port}"},
        ],
    }


def _probe_job(name: str, module: str, targets: Sequence[str]) -> dict[str, Any]:
    job = _through(name, ports.BLACKBOX_EXPORTER, "/probe", targets)
    return {**job, "params": {"module": [module]}}
