"""User data of a Redis server."""

from typing import Final

from service_config import ports, redis, secrets
from service_config.cloud_init import cloud_config
from service_config.cloud_init.cloud_config import Part, file, script

_REDIS_DROP_IN: Final = """\
[Service]
# "+": as root, as the service's own user and sandbox may not write to /etc.
ExecStartPre=+/usr/local/sbin/fetch-redis-password
# Reading gigabytes of append-only file takes longer than the 90 s that systemd waits by default.
TimeoutStartSec=infinity
# A new instance role takes some seconds until it may read its secret.
RestartSec=10
"""


def user_data(*, secret_arn: str, region: str, primary_host: str | None) -> str:
    """Return the user data of a Redis server; of a replica when `primary_host` is given.

    Args:
        secret_arn: ARN of the secret whose text is the password of primary and replica.
        region: AWS region of the secret.
        primary_host: host name of the primary, or None on the primary itself.
    """
    password_script = secrets.redis_password_script(
        secret_arn=secret_arn, region=region, file=redis.PASSWORD_FILE
    )
    files = [
        file("/etc/redis/redis.conf", redis.configuration(primary_host=primary_host)),
        script("/usr/local/sbin/fetch-redis-password", password_script),
        file("/etc/systemd/system/redis-server.service.d/password.conf", _REDIS_DROP_IN),
        # The background save of a large data set fails without it (redis.io, administration).
        file("/etc/sysctl.d/60-redis.conf", "vm.overcommit_memory = 1\n"),
    ]
    commands = [
        ["sysctl", "--load", "/etc/sysctl.d/60-redis.conf"],
        # The package has started the server with its own configuration.
        ["systemctl", "daemon-reload"],
        ["systemctl", "restart", "redis-server.service"],
    ]
    return cloud_config.user_data(
        Part(
            packages=["awscli", "redis-server"],
            files=files,
            open_ports=[ports.REDIS],
            commands=commands,
        )
    )
