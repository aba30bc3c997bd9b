"""redis.conf of a cache server (guide, "Redis Tuning")."""

from typing import Final

from service_config import ports

PASSWORD_FILE: Final = "/etc/redis/password.conf"  # noqa: S105  (a path)
"""Written at boot from Secrets Manager, so that redis.conf itself holds no secret."""


def configuration(*, primary_host: str | None) -> str:
    """Return redis.conf of the primary, or of a replica when `primary_host` is given.

    The memory limit leaves half of the smallest cache server (16 GiB) to the copy-on-write pages of
    an append-only file rewrite and to the operating system.
    """
    lines = [
        # The password and the security group keep strangers out, not the address.
        "bind 0.0.0.0",
        f"port {ports.REDIS}",
        "dir /var/lib/redis",
        "pidfile /run/redis/redis-server.pid",
        "logfile /var/log/redis/redis-server.log",
        "maxmemory 8gb",
        "maxmemory-policy allkeys-lru",
        "appendonly yes",
        "appendfsync everysec",
        f"include {PASSWORD_FILE}",
    ]
    if primary_host is not None:
        lines.append(f"replicaof {primary_host} {ports.REDIS}")
    return "\n".join(lines) + "\n"
