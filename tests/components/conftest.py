"""What every component test starts from."""

import pytest

from components.identity import Identity


@pytest.fixture
def identity() -> Identity:
    return Identity(project="messaging-app", environment="test", owner="platform-team")
