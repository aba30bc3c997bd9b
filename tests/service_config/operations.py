"""The files of an operations server, as the platform would ask for them."""

from pathlib import Path

from service_config import operations_files
from service_config.operations_files import Facts, Store

TOPIC = "arn:aws:sns:eu-central-1:123456789012:alerts"
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret"

FACTS = Facts(
    project="messaging-app",
    environment="prod",
    region="eu-central-1",
    image="messaging-app/ops:1.0.0",
    data_gib=100,
    database=Store(
        host="postgres.internal.chat.example.com",
        replica_host="postgres-replica.internal.chat.example.com",
        secret_arn=f"{SECRET}:database-AbCdEf",
    ),
    database_name="messaging",
    cache=Store(
        host="redis.internal.chat.example.com",
        replica_host="redis-replica.internal.chat.example.com",
        secret_arn=f"{SECRET}:cache-AbCdEf",
    ),
    cache_tls=False,
    grafana_secret_arn=f"{SECRET}:grafana-AbCdEf",
    backup_bucket="messaging-app-prod-backups",
    media_bucket="messaging-app-prod-media",
    alert_topic_arn=TOPIC,
    health_url="https://api.chat.example.com/health",
    websocket_url="wss://ws.chat.example.com/ws",
)


def files() -> dict[str, str]:
    """Return path → content below the server's configuration folder."""
    return operations_files.files(FACTS)


def write(directory: Path) -> Path:
    """Write all files and the list of them, as they lie in the bucket."""
    contents = files()
    for path, content in {
        **contents,
        operations_files.MANIFEST: operations_files.manifest(contents),
    }.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return directory
