"""Emulated accounts on the real engine, each with an emulator and state of its own."""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from components.outputs import AwsOutputs
from offline import emulator, stack
from offline.workspace import Workspace
from tests.integration.clone import Clone, user_environment
from tests.integration.engine import REGION, Engine


@dataclass(frozen=True)
class Platform:
    """A stack of the project, up."""

    engine: Engine
    outputs: dict[str, Any]

    def client(self, service: str, region: str = REGION) -> Any:
        """boto3's client for the emulated account that holds the platform."""
        return self.engine.client(service, region)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at the platform's end comes last here: all other tests share the platform."""
    here = Path(__file__).parent
    places = [place for place, item in enumerate(items) if here in item.path.parents]
    ours = [items[place] for place in places]
    ours.sort(key=lambda item: "destroyed" in getattr(item, "fixturenames", ()))
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@pytest.fixture(scope="package", autouse=True)
def no_account() -> Iterator[None]:
    """Nothing in a developer's environment points at an account or at a stack."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - user_environment().keys():
            patch.delenv(name)
        yield


@pytest.fixture(scope="package")
def platform(no_account: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Bring the stack up as `make up` does, once for all tests."""
    with _up("local", tmp_path_factory.mktemp("my platform")) as made:
        yield made


@pytest.fixture(scope="package")
def production(no_account: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Production as `make up STACK=prod OFFLINE=1` rehearses it, once for all tests."""
    with _up("prod", tmp_path_factory.mktemp("production")) as made:
        yield made


@pytest.fixture(name="stack", scope="module", params=["local", "prod"])
def each_stack(request: pytest.FixtureRequest) -> Platform:
    """One stack after the other: what the guide asks must hold in both."""
    return request.getfixturevalue({"local": "platform", "prod": "production"}[request.param])


@pytest.fixture(scope="package")
def outputs(platform: Platform) -> AwsOutputs:
    """What the stack tells other teams."""
    return AwsOutputs.model_validate(platform.outputs)


@pytest.fixture(scope="package")
def engine(no_account: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The engine with an empty account, for small programs."""
    with _ending(Workspace("local", base=tmp_path_factory.mktemp("programs"))) as workspace:
        workspace.prepare()
        yield Engine(workspace, emulator.start(workspace))


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Clone]:
    """A fresh clone of the project, in a folder as people name theirs."""
    made = Clone.make(tmp_path / "my clone")
    yield made
    made.stop()


@contextmanager
def _up(name: str, base: Path) -> Generator[Platform]:
    with _ending(Workspace(name, base=base)) as workspace:
        outputs = stack.up(stack.Session(workspace, Console()))
        running = emulator.find(workspace)
        assert running
        yield Platform(Engine(workspace, running), outputs)


@contextmanager
def _ending(workspace: Workspace) -> Generator[Workspace]:
    try:
        yield workspace
    finally:
        emulator.stop(workspace)
