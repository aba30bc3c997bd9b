"""What every component test starts from."""

import sys

import pulumi_aws
import pytest
from hypothesis.internal.conjecture import providers

from components.identity import Identity

# Hypothesis reads the constants of every module of ours and, to tell whose a module is, asks each
# one in sys.modules for its file: that would load all of pulumi_aws, half a minute and a gigabyte.
providers._seen_modules.update(  # pyright: ignore[reportPrivateUsage] # there is no public switch
    id(module) for name, module in sys.modules.items() if name.startswith(f"{pulumi_aws.__name__}.")
)


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity(project="messaging-app", environment="test", owner="platform-team")
