"""Settings that are right, and a way to change one thing about them."""

import copy
from typing import Any

EXAMPLE: dict[str, Any] = {
    "target": "aws",
    "environment": "prod",
    "owner": "platform",
    "region": "eu-central-1",
    "domain": "chat.example.com",
    "network": {
        "cidr": "10.0.0.0/16",
        "zones": ["eu-central-1a", "eu-central-1b"],
        "nat": "zone",
        "ssh_cidrs": ["192.0.2.0/24"],
    },
    "servers": {
        "api": {
            "role": "api",
            "image": "registry.example.com:5000/messaging-app/api:1.0.0",
            "instance_type": "m6i.xlarge",
            "min_size": 3,
            "max_size": 12,
        },
        "websocket": {
            "role": "websocket",
            "image": "messaging-app/websocket:1.0.0",
            "instance_type": "m6i.xlarge",
            "min_size": 2,
            "max_size": 10,
            "disk_gib": 100,
            "path_patterns": ["/ws*"],
        },
    },
    "database": {
        "instance_class": "db.m6i.2xlarge",
        "engine_version": "16.4",
        "storage_gib": 500,
        "max_storage_gib": 2000,
        "multi_az": True,
    },
    "cache": {"instance_type": "m6i.xlarge"},
    "operations": {
        "image": "messaging-app/ops:1.0.0",
        "instance_type": "m6i.xlarge",
        "alert_email": "team@example.com",
    },
    "audit": {"monthly_budget_usd": 8000},
    "storage": {"backup_retention_days": 35, "copy_region": "eu-west-1"},
    "protect": True,
}


def without(path: str) -> dict[str, Any]:
    """Return the example without the value at the dotted `path`."""
    changed, parent, key = _descend(path)
    del parent[key]
    return changed


def with_value(path: str, value: object) -> dict[str, Any]:
    """Return the example with another (or a new) value at the dotted `path`."""
    changed, parent, key = _descend(path)
    parent[key] = value
    return changed


def _descend(path: str) -> tuple[dict[str, Any], Any, Any]:
    changed = copy.deepcopy(EXAMPLE)
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("."))
    node: Any = changed
    for part in parents:
        node = node[part]
    return changed, node, last
