"""How a websocket server tells CloudWatch the load that its group scales by."""

import shlex
from string import Template
from typing import Final

from service_config import ports
from service_config.cloud_init.cloud_config import HOME, Part, script, unit

NAMESPACE: Final = "messaging-app"
METRIC: Final = "WebsocketConnections"
DIMENSION: Final = "AutoScalingGroupName"

_SCRIPT: Final = Template("""\
#!/bin/sh
# Publishes how many websockets this server holds; nothing when no container answers, as a zero
# would make the group smaller while its servers start.
set -eu
metrics=$$(curl --fail --silent --max-time 5 "$${METRICS_URL:-$url}") || exit 0
connections=$$(printf '%s\\n' "$$metrics" | awk '
    /^websocket_connections[ {]/ { sub(/[{].*[}]/, ""); sum += $$2; found = 1 }
    END { if (!found) exit 1; printf "%d", sum }
') || {
    echo "The metrics of the application have no gauge websocket_connections." >&2
    exit 1
}
aws cloudwatch put-metric-data --region $region --namespace $namespace \\
    --metric-name $metric --dimensions $dimension=$group --unit Count --value "$$connections"
""")

_SERVICE: Final = f"""\
[Unit]
Description=Publish the number of open websockets
After=network-online.target

[Service]
Type=oneshot
ExecStart={HOME}/publish-connections
"""

_TIMER: Final = """\
[Unit]
Description=Publish the number of open websockets each minute

[Timer]
OnCalendar=minutely
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def part(*, group: str, region: str) -> Part:
    """Return the timer that publishes the application's gauge `websocket_connections`.

    Args:
        group: name of the Auto Scaling group, by which CloudWatch averages over its servers.
        region: AWS region of the group.
    """
    text = _SCRIPT.substitute(
        url=f"http://localhost:{ports.WEBSOCKET_PORT}/metrics",
        region=shlex.quote(region),
        namespace=NAMESPACE,
        metric=METRIC,
        dimension=DIMENSION,
        group=shlex.quote(group),
    )
    return Part(
        packages=["awscli", "curl"],
        files=[
            script(f"{HOME}/publish-connections", text),
            unit("messaging-app-connections.service", _SERVICE),
            unit("messaging-app-connections.timer", _TIMER),
        ],
        commands=[("systemctl", "enable", "--now", "messaging-app-connections.timer")],
    )
