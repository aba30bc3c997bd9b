"""The SDK as it was, after a test that uses the program's replacements."""

from typing import Any

import pulumi
import pytest

SDK: Any = pulumi


def give_back(patch: pytest.MonkeyPatch) -> None:
    """Give back at the end what `use_quick_sdk` replaces, all of which the SDK has to have."""
    runtime = SDK.runtime
    for owner, name in (
        (runtime.settings.SETTINGS, "outputs"),
        (runtime.stack, "wait_for_rpcs"),
        (runtime.resource, "_get_stack_trace"),
        (SDK._types, "_types_from_py_properties"),
    ):
        patch.setattr(owner, name, getattr(owner, name))
