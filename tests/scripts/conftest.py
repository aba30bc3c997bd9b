from collections.abc import Generator

import pytest

from scripts.settings import OpsSettings
from tests.services import object_store, postgresql

VARIABLES = tuple(name.upper() for name in OpsSettings.model_fields)


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
