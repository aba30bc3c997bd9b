"""User data of a Redis server."""

from typing import Final

from service_config import ports, redis
from service_config.cloud_init import cloud_config
from service_config.cloud_init.cloud_config import Part, file, script

PREPARE: Final = "/usr/local/sbin/prepare-redis"

_REDIS_DROP_IN: Final = f"""\
[Service]
# "+": as root, as the service's own user and sandbox may not write to /etc.
ExecStartPre=+{PREPARE}
# Reading gigabytes of append-only file takes longer than the 90 s that systemd waits by default,
# and an empty server may have to wait for the other one.
TimeoutStartSec=infinity
# A new instance role takes some seconds until it may read its secret.
RestartSec=10
"""


def user_data(
    *, secret_arn: str, region: str, peer_address: str, is_founder: bool, sentinel: Part
) -> str:
    """Return the user data of one of the two Redis servers.

    Args:
        secret_arn: ARN of the secret whose text is the password of both servers.
        region: AWS region of the secret.
        peer_address: IPv4 address of the other server.
        is_founder: whether this server begins as the primary when both are new.
        sentinel: what makes it a sentinel as well (`service_config.sentinel.part`).
    """
    prepare = redis.prepare_script(
        secret_arn=secret_arn, region=region, peer_address=peer_address, is_founder=is_founder
    )
    files = [
        file(redis.SETTINGS_FILE, redis.configuration()),
        script(PREPARE, prepare),
        file("/etc/systemd/system/redis-server.service.d/messaging-app.conf", _REDIS_DROP_IN),
        # The background save of a large data set fails without it (redis.io, administration).
        file("/etc/sysctl.d/60-redis.conf", "vm.overcommit_memory = 1\n"),
    ]
    commands = [
        ["sysctl", "--load", "/etc/sysctl.d/60-redis.conf"],
        # The package has started the server with its own configuration.
        ["systemctl", "daemon-reload"],
        # It may have to wait for the other server, and the sentinel must not.
        ["systemctl", "restart", "--no-block", "redis-server.service"],
    ]
    server = Part(
        packages=["awscli", "redis-server"],
        files=files,
        open_ports=[ports.REDIS],
        commands=commands,
    )
    return cloud_config.user_data(server, sentinel)
