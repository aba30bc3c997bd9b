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

SHARED = ("platform", "production")
"""Fixtures that take a minute to make: whatever uses one of them runs in the same process."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make test` runs beside what: a file at a time, but for those who share a platform."""
    for item in items:
        fixtures: list[str] = getattr(item, "fixturenames", [])
        group = next((name for name in SHARED if name in fixtures), item.path.as_posix())
        item.add_marker(pytest.mark.xdist_group(group))
