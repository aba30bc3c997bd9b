"""Redis: does the primary answer, has it memory left, and does a replica follow it?"""

from typing import Any

import redis
from pydantic import SecretStr

from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.health.check import SECONDS, Finding, State, skipped

MEMORY_WARNING = 0.9
"""As the alert CacheMemoryNearLimit has it."""


def cache(url: SecretStr | None, *, replica_expected: bool) -> list[Finding]:
    """Find out how well the cache is.

    Args:
        replica_expected: on AWS there is always one; a Docker host has a single Redis.

    Raises:
        OpsError: it does not answer or does not let us in.
    """
    if url is None:
        return [skipped("cache", "REDIS_URL")]
    told = _asked(url)
    return [_role(told, replica_expected=replica_expected), _memory(told)]


def _asked(url: SecretStr) -> dict[str, Any]:
    """Return what INFO tells, after a PING."""
    try:
        with redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            url.get_secret_value(), socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as client:
            client.ping()  # pyright: ignore[reportUnknownMemberType]
            return dict(client.info())  # pyright: ignore
    except ValueError:
        raise OpsError(
            "REDIS_URL is no URL of Redis: it should read redis://:PASSWORD@HOST:PORT/0, or "
            "rediss:// with TLS.",
            ExitCode.MISCONFIGURED,
        ) from None
    except redis.RedisError as error:
        said = " ".join(str(error).split()).rstrip(".")
        raise OpsError(f"Redis: {said}.", ExitCode.UNREACHABLE) from None


def _role(told: dict[str, Any], *, replica_expected: bool) -> Finding:
    version = f"Redis {told['redis_version']}"
    if told["role"] != "master":
        link = told.get("master_link_status", "unknown")
        detail = f"{version} is a replica, its link to the primary is {link}: it takes no writes"
        return Finding(name="cache", state=State.CRITICAL, detail=detail)
    replicas = int(told["connected_slaves"])
    state = State.WARNING if replica_expected and not replicas else State.OK
    if told.get("aof_enabled") and told.get("aof_last_write_status") != "ok":
        detail = f"{version} cannot write its append-only file: is the disk full?"
        return Finding(name="cache", state=State.CRITICAL, detail=detail)
    detail = f"primary, {version}, {replicas} replicas follow"
    return Finding(name="cache", state=state, detail=detail)


def _memory(told: dict[str, Any]) -> Finding:
    used, most = int(told["used_memory"]), int(told["maxmemory"])
    if not most:
        detail = f"{_mib(used)} used, no limit is set (guide: maxmemory 8gb)"
        return Finding(name="cache memory", state=State.OK, detail=detail)
    share = used / most
    detail = f"{_mib(used)} of {_mib(most)} ({share:.0%}), {told['evicted_keys']} keys dropped"
    state = State.WARNING if share > MEMORY_WARNING else State.OK
    return Finding(name="cache memory", state=state, detail=detail)


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"
