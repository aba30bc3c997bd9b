"""How a new application server joins its Auto Scaling group: not before it answers."""

import shlex
from string import Template
from typing import Final

from service_config.cloud_init.cloud_config import HOME, Part, script, unit

_SCRIPT: Final = Template("""\
#!/bin/sh
# Waits until the application answers, then lets Auto Scaling put this server into service.
set -eu
until curl --fail --silent --max-time 5 --output /dev/null "$${HEALTH_URL:-$url}"; do
    sleep "$${POLL_SECONDS:-5}"
done
aws autoscaling complete-lifecycle-action --region $region \\
    --auto-scaling-group-name $group --lifecycle-hook-name $hook \\
    --instance-id "$$(cloud-init query instance_id)" --lifecycle-action-result CONTINUE
""")

_UNIT: Final = Template("""\
[Unit]
Description=Join the Auto Scaling group once the application answers
After=network-online.target
Wants=network-online.target
# Auto Scaling has given up by then.
StartLimitIntervalSec=$seconds
StartLimitBurst=30

[Service]
ExecStart=$home/join
# A new instance role takes some seconds until it may tell.
Restart=on-failure
RestartSec=10
""")


def part(*, group: str, hook: str, region: str, port: int, seconds: int) -> Part:
    """Return the service that tells the group when the application answers for the first time.

    The group's lifecycle hook keeps a new server out of service until then, and ends it when its
    heartbeat is over (AWS: Auto Scaling lifecycle hooks). The service is started by the first boot
    only: there is nothing to tell at any other.

    Args:
        group: name of the Auto Scaling group.
        hook: name of its lifecycle hook on launching servers.
        region: AWS region of the group.
        port: TCP port on which the application answers `/health`.
        seconds: heartbeat of the hook.
    """
    text = _SCRIPT.substitute(
        url=f"http://localhost:{port}/health",
        region=shlex.quote(region),
        group=shlex.quote(group),
        hook=shlex.quote(hook),
    )
    start = ("systemctl", "start", "--no-block", "messaging-app-join.service")
    return Part(
        packages=["awscli", "curl"],
        files=[
            script(f"{HOME}/join", text),
            unit("messaging-app-join.service", _UNIT.substitute(home=HOME, seconds=seconds)),
        ],
        commands=[start],
    )
