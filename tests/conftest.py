"""What has to be settled before any test runs, or imports moto."""

import os
import signal

import pytest

# A shell starts background jobs with SIGINT ignored, and all that they start would ignore it too:
# what is interrupted here must notice.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Moto reads both when it is imported, by whichever test comes first. Certificates are issued at
# once, and AWS's own policies are there to be attached.
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "0"
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

# The engine's SDK brings gRPC, which takes part in each fork of a process that it runs in, and can
# end the child before it becomes the program that was asked for (such as a database server that
# runs as another user). No child here uses gRPC. Read when it is imported.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

SHARED = {"local": "platform", "prod": "production"}
"""Stack → the fixture that brings it up, which takes a minute: its tests run in one process."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """What `make test` runs beside what: a file at a time, but for those who share a platform.

    pytest 9.2 takes no notice of the group that xdist 3.8 writes behind a test's name.
    """
    item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    fixtures: list[str] = getattr(item, "fixturenames", [])
    shared = next((name for name in SHARED.values() if name in fixtures), None)
    if shared is None and "stack" in fixtures and isinstance(item, pytest.Function):
        # The fixture that takes each stack in turn.
        params = item.callspec.params if hasattr(item, "callspec") else {}
        shared = SHARED.get(str(params.get("stack")))
    return shared or item.path.as_posix()
