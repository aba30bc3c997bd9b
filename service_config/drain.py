"""How an application server leaves its Auto Scaling group without dropping anybody."""

import shlex
from string import Template
from typing import Final

from service_config.cloud_init.cloud_config import HOME, Part, script, unit

SETTLE_SECONDS: Final = 10
"""How long the load balancer may still send new requests to a server that is to leave."""

_SCRIPT: Final = Template("""\
#!/bin/sh
# Waits until Auto Scaling wants this server to end, then stops the application and lets it go.
set -eu
imds=$${IMDS:-http://169.254.169.254}/latest

# ask PATH: instance metadata, with a token that no list of processes shows.
ask() {
    token=$$(curl --fail --silent --max-time 2 --request PUT \\
        --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$$imds/api/token")
    printf 'X-aws-ec2-metadata-token: %s' "$$token" |
        curl --fail --silent --max-time 2 --header @- "$$imds/meta-data/$$1"
}

until [ "$$(ask autoscaling/target-lifecycle-state)" = Terminated ]; do
    sleep "$${POLL_SECONDS:-5}"
done

# Nothing may start the containers again.
systemctl stop messaging-app-refresh.timer messaging-app-refresh.service || true
sleep "$${SETTLE_SECONDS:-$settle}"
# SIGTERM lets the application end its requests and send its websocket clients elsewhere.
cd "$${HOME_DIRECTORY:-$home}"
docker compose stop --timeout $seconds || echo "The application did not stop by itself." >&2
aws autoscaling complete-lifecycle-action --region $region \\
    --auto-scaling-group-name $group --lifecycle-hook-name $hook \\
    --instance-id "$$(ask instance-id)" --lifecycle-action-result CONTINUE
""")

_UNIT: Final = f"""\
[Unit]
Description=Leave the Auto Scaling group gracefully
After=network-online.target
Wants=network-online.target

[Service]
ExecStart={HOME}/drain
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
"""


def part(*, group: str, hook: str, region: str, seconds: int) -> Part:
    """Return the service that stops the application before its server ends.

    The group's lifecycle hook keeps the server until the script completes the action, or until
    its heartbeat is over (AWS: Auto Scaling lifecycle hooks, instance metadata).

    Args:
        group: name of the Auto Scaling group.
        hook: name of its lifecycle hook on terminating servers.
        region: AWS region of the group.
        seconds: how long the application may take to stop.
    """
    text = _SCRIPT.substitute(
        settle=SETTLE_SECONDS,
        home=HOME,
        seconds=seconds,
        region=shlex.quote(region),
        group=shlex.quote(group),
        hook=shlex.quote(hook),
    )
    start = ("systemctl", "enable", "--now", "--no-block", "messaging-app-drain.service")
    return Part(
        packages=["awscli", "curl"],
        files=[script(f"{HOME}/drain", text), unit("messaging-app-drain.service", _UNIT)],
        commands=[start],
    )
