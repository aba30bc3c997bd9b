"""Every shape of the program."""

import pytest

from tests.components.recording import Recording
from tests.program import recorded, variants


@pytest.fixture(scope="session", params=list(variants()))
def program(request: pytest.FixtureRequest) -> Recording:
    """Every variant in turn."""
    return recorded(request.param)
