"""A Docker Compose project that systemd starts: what runs in containers on a server."""

from collections.abc import Sequence
from string import Template
from typing import Final

from service_config.cloud_init.cloud_config import HOME, Command, File, Part, file, script, unit

_CHECK_DOCKER: Final = """\
#!/bin/sh
# Refuses what is older than the guide asks for ("Software Requirements").
set -eu

# at_least NAME PRESENT LEAST
at_least() {
    if [ "$(printf '%s\\n' "$3" "${2#v}" | sort --version-sort | head -n 1)" != "$3" ]; then
        echo "$1 is ${2:-missing}, but the application needs $3 or newer." >&2
        exit 1
    fi
}

at_least Docker "$(docker version --format '{{.Server.Version}}')" 20.10
at_least 'Docker Compose' "$(docker compose version --short)" 2.0
"""

_STOP_MARGIN_SECONDS: Final = 30
"""What Docker needs besides, to remove the container and its network."""

_UNIT: Final = Template("""\
[Unit]
Description=Messaging application
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
WorkingDirectory=$home
ExecStartPre=$home/check-docker
ExecStartPre=$home/write-env
ExecStart=/usr/bin/docker compose up --detach --remove-orphans
ExecStop=/usr/bin/docker compose down
# A reboot waits for the application as long as Docker does; systemd would give up after 90 s.
TimeoutStopSec=$stop_seconds
# A new instance role takes some seconds until it may read its secrets.
Restart=on-failure
RestartSec=10

[Install]
WantedBy=multi-user.target
""")


def part(
    *,
    compose_file: str,
    write_env: str,
    stop_seconds: int,
    files: Sequence[File] = (),
    packages: Sequence[str] = (),
    open_ports: Sequence[int] = (),
    prepare: Sequence[Command] = (),
) -> Part:
    """Return Docker, the compose file and the service `messaging-app`.

    Args:
        compose_file: text of the compose file.
        write_env: script that writes `.env` beside itself, run before each start.
        stop_seconds: how long the containers may take to stop.
        files: what the containers or the scripts read besides.
        packages: what the scripts need besides Docker.
        open_ports: TCP ports that the containers serve.
        prepare: commands to run before the service first starts.
    """
    start = ("systemctl", "enable", "--now", "--no-block", "messaging-app.service")
    service = _UNIT.substitute(home=HOME, stop_seconds=stop_seconds + _STOP_MARGIN_SECONDS)
    return Part(
        packages=[*packages, "docker.io", "docker-compose-v2"],
        files=[
            file(f"{HOME}/compose.yaml", compose_file),
            script(f"{HOME}/check-docker", _CHECK_DOCKER),
            script(f"{HOME}/write-env", write_env),
            unit("messaging-app.service", service),
            *files,
        ],
        open_ports=open_ports,
        commands=[*prepare, start],
    )
