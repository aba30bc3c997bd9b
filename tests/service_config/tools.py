"""Finds the real programs that configuration is checked with."""

import shutil

import pytest


def required(program: str, package: str) -> str:
    """Return the path of `program`, or skip the test and say what to install."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed: apt-get install {package}")
    return path
