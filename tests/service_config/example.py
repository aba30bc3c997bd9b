"""Arguments of every kind of server's user data, as the platform would pass them."""

from typing import Any

import yaml

from service_config import cloud_init
from service_config.secrets import SecretReference

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database-AbCdEf"

APPLICATION: dict[str, Any] = {
    "role": "api",
    "image": "messaging-app/api:1.0.0",
    "port": 8080,
    "environment": {"DB_HOST": "postgres.internal.chat.example.com", "DB_PORT": "5432"},
    "secret_references": {"DB_PASSWORD": SecretReference(arn=SECRET, key="password")},
    "region": "eu-central-1",
}
CACHE: dict[str, Any] = {"secret_arn": SECRET, "region": "eu-central-1", "primary_host": None}
OPERATIONS: dict[str, Any] = {
    "region": "eu-central-1",
    "project": "messaging-app",
    "environment": "prod",
    "postgres_host": "postgres.internal.chat.example.com",
    "redis_host": "redis.internal.chat.example.com",
    "alert_topic_arn": "arn:aws:sns:eu-central-1:123456789012:alerts",
}


def application(**changed: Any) -> str:
    """Return the user data of an application server, some of its arguments changed."""
    return cloud_init.application_server(**{**APPLICATION, **changed})


def user_data() -> dict[str, str]:
    """Return the user data of every kind of server by name."""
    return {
        "application": application(),
        "cache": cloud_init.cache_server(**CACHE),
        "cache-replica": cloud_init.cache_server(**CACHE | {"primary_host": "redis.internal"}),
        "operations": cloud_init.operations_server(**OPERATIONS),
    }


def files(text: str) -> dict[str, str]:
    """Return path → content of the files that user data writes."""
    return {file["path"]: file["content"] for file in yaml.safe_load(text)["write_files"]}
