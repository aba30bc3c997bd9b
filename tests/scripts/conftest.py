from collections.abc import Generator

import pytest

from tests.services import object_store, postgresql

VARIABLES = (
    *("ENVIRONMENT", "DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "BACKUP_BUCKET"),
    *("MEDIA_BUCKET", "BACKUP_KEY_FILE", "AWS_REGION", "AWS_ENDPOINT_URL", "ALERT_TOPIC_ARN"),
    *("SLACK_WEBHOOK", "PROMETHEUS_URL", "HEALTH_URL", "METRICS_DIRECTORY"),
)


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees the settings that it makes, and credentials of nobody."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in object_store.CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def running_server() -> Generator[postgresql.Server]:
    with postgresql.server() as running:
        yield running


@pytest.fixture
def server(running_server: postgresql.Server) -> Generator[postgresql.Server]:
    """A PostgreSQL server without databases but its own."""
    yield running_server
    running_server.drop_all()


@pytest.fixture(scope="session")
def running_store() -> Generator[object_store.ObjectStore]:
    with object_store.object_store() as running:
        yield running
