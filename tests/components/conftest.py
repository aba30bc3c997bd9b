"""What every component test starts from."""

from types import ModuleType
from typing import Any, cast

import pytest
from pulumi import _utils

from components.identity import Identity

FROM_SPEC = {"__file__": "origin", "__name__": "name"}

lazy_module: Any = cast(Any, _utils)._LazyModule
load_and_get = lazy_module.__getattribute__


def get_attribute(module: ModuleType, attribute: str) -> Any:
    """Tell a module's file and name without loading it.

    pulumi_aws puts all its modules into sys.modules, each to be loaded when first touched.
    Hypothesis, and pytest when it shows a failure, ask every module there for its file, which
    would load them all: half a minute and a gigabyte.
    """
    if attribute in FROM_SPEC:
        return getattr(object.__getattribute__(module, "__spec__"), FROM_SPEC[attribute])
    return load_and_get(module, attribute)


lazy_module.__getattribute__ = get_attribute


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity(project="messaging-app", environment="test", owner="platform-team")
