"""What every component test starts from."""

import sys

import pulumi_aws
import pytest

from components.identity import Identity

# pulumi_aws puts all its modules into sys.modules and loads each on first use. Hypothesis, and
# pytest when it shows a failure, ask every module there for its file, which would load them all:
# half a minute and a gigabyte. As attributes of pulumi_aws they stay within reach.
for name, module in list(sys.modules.items()):
    if name.startswith(f"{pulumi_aws.__name__}.") and type(module).__name__ == "_LazyModule":
        del sys.modules[name]


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity(project="messaging-app", environment="test", owner="platform-team")
