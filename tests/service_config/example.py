"""Arguments of every kind of server's user data, as the platform would pass them."""

from typing import Any

import yaml

from service_config import sentinel
from service_config.cloud_init import application_server, cache_server, operations_server
from service_config.cloud_init.application_server import Membership
from service_config.secrets import SecretReference

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-AbCdEf"

APPLICATION: dict[str, Any] = {
    "membership": Membership(
        group="messaging-app-prod-api-servers",
        join_hook="messaging-app-prod-api-join",
        drain_hook="messaging-app-prod-api-drain",
        log_group="/messaging-app/prod/api",
        start_seconds=900,
        drain_seconds=30,
    ),
    "role": "api",
    "image": "messaging-app/api:1.0.0",
    "port": 8080,
    "environment": {"DB_HOST": "postgres.internal.chat.example.com", "DB_PORT": "5432"},
    "secret_references": {"DB_PASSWORD": SecretReference(arn=SECRET, key="password")},
    "parameter_path": "/messaging-app/prod/application",
    "region": "eu-central-1",
}
SENTINEL: dict[str, Any] = {
    "primary_address": "10.0.16.16",
    "zone_id": "Z0123456789ABCDEFGHIJ",
    "record_name": "redis.internal.chat.example.com",
    "region": "eu-central-1",
    "secret_arn": SECRET,
}
CACHE: dict[str, Any] = {
    "secret_arn": SECRET,
    "region": "eu-central-1",
    "peer_address": "10.0.80.16",
    "is_founder": True,
    "sentinel": sentinel.part(**SENTINEL, server="cache-primary"),
}
SECOND_CACHE: dict[str, Any] = {**CACHE, "is_founder": False}
OPERATIONS: dict[str, Any] = {
    "region": "eu-central-1",
    "source": "s3://messaging-app-prod-configuration/operations",
    "volume_id": "vol-0123456789abcdef0",
}


def application(**changed: Any) -> str:
    """Return the user data of an application server, some of its arguments changed."""
    return application_server.user_data(**{**APPLICATION, **changed})


def user_data() -> dict[str, str]:
    """Return the user data of every kind of server by name."""
    return {
        "application": application(),
        "websocket": application(role="websocket", port=8081),
        "cache": cache_server.user_data(**CACHE),
        "cache-replica": cache_server.user_data(**SECOND_CACHE),
        "operations": operations_server.user_data(**OPERATIONS),
    }


def files(text: str) -> dict[str, str]:
    """Return path → content of the files that user data writes."""
    return {file["path"]: file["content"] for file in yaml.safe_load(text)["write_files"]}
