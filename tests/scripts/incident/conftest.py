"""The servers of a failover, which `database_down` switches."""

from tests.scripts.failover.conftest import base, pair

__all__ = ["base", "pair"]
