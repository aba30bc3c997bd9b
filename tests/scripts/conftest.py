import secrets
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from scripts.settings import OpsSettings
from tests.services import cloud, docker, object_store, postgresql

# The pack's folder is an import root of its own, also for what `ops` takes from it.
sys.path.append(str(Path(__file__).parents[2] / "policies"))

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


@pytest.fixture(scope="session")
def running_cloud() -> Generator[str]:
    with cloud.cloud() as address:
        yield address


@pytest.fixture
def account(running_cloud: str) -> cloud.Cloud:
    """An account of AWS where nothing is of the test's environment."""
    return cloud.Cloud(endpoint=running_cloud, environment=f"t{secrets.token_hex(4)}")


@pytest.fixture(scope="session")
def running_docker() -> Generator[str]:
    with docker.engine() as address:
        yield address


@pytest.fixture
def compose_project(
    running_docker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[docker.Project]:
    """Services `api` and `websocket` on a real Docker engine."""
    monkeypatch.setenv("DOCKER_HOST", running_docker)
    with docker.project(running_docker, tmp_path) as running:
        yield running
