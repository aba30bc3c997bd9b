"""Caches of another kind or of an unsupported version are rejected."""

import pytest

from rules.cache_version import CACHE_VERSION
from tests.policies.evaluate import UNKNOWN, violations
from tests.policies.factories import cache_nodes

NEEDED = "Redis 6 or newer is needed (guide, Software Requirements 2)"


@pytest.mark.parametrize(
    ("engine", "version"), [(None, "6.x"), ("redis", "7.1"), ("valkey", "8.0"), ("", "6.2")]
)
def test_a_supported_version_passes(engine: object, version: object) -> None:
    assert violations(CACHE_VERSION, cache_nodes(engine=engine, engineVersion=version)) == []


@pytest.mark.parametrize(
    ("version", "found"),
    [("5.0.6", "5.0.6"), (5.0, "5.0"), (None, "not set"), ("", "not set"), ("new", "new")],
)
def test_an_old_or_open_version_is_rejected(version: object, found: str) -> None:
    assert violations(CACHE_VERSION, cache_nodes(engineVersion=version)) == [
        f"engineVersion is {found}; {NEEDED}. Set it to a version such as 7.1."
    ]


def test_another_engine_is_rejected() -> None:
    assert violations(CACHE_VERSION, cache_nodes(engine="memcached")) == [
        f"engine is memcached; {NEEDED}. Set engine to redis."
    ]


def test_a_version_unknown_at_preview_is_rejected() -> None:
    (found,) = violations(CACHE_VERSION, cache_nodes(engineVersion=UNKNOWN))
    assert found.startswith("engineVersion is not known yet at preview")
