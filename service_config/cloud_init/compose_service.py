"""A Docker Compose project that systemd starts: what runs in containers on a server."""

from collections.abc import Sequence
from typing import Final

from service_config.cloud_init.cloud_config import HOME, Command, File, Part, file, script, unit

_UNIT: Final = f"""\
[Unit]
Description=Messaging application
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory={HOME}
ExecStartPre={HOME}/write-env
ExecStart=/usr/bin/docker compose up --detach --remove-orphans
ExecStop=/usr/bin/docker compose down
# A new instance role takes some seconds until it may read its secrets.
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
"""


def part(
    *,
    compose_file: str,
    write_env: str,
    files: Sequence[File] = (),
    packages: Sequence[str] = (),
    open_ports: Sequence[int] = (),
    prepare: Sequence[Command] = (),
) -> Part:
    """Return Docker, the compose file and the service `messaging-app`.

    Args:
        compose_file: text of the compose file.
        write_env: script that writes `.env` beside itself, run before each start.
        files: what the containers or the scripts read besides.
        packages: what the scripts need besides Docker.
        open_ports: TCP ports that the containers serve.
        prepare: commands to run before the service first starts.
    """
    start = ("systemctl", "enable", "--now", "--no-block", "messaging-app.service")
    return Part(
        packages=[*packages, "docker.io", "docker-compose-v2"],
        files=[
            file(f"{HOME}/compose.yaml", compose_file),
            script(f"{HOME}/write-env", write_env),
            unit("messaging-app.service", _UNIT),
            *files,
        ],
        open_ports=open_ports,
        commands=[*prepare, start],
    )
