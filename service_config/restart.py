"""The script that restarts the application on one of its servers, for `ops restart`."""

from typing import Any, Final

from service_config import ports

PORT: Final = "port"
"""Parameter of the document: where the container of this server answers."""

# The load balancer notices only after some checks: the server itself says when it answers again.
_SCRIPT: Final = f"""\
set -eu
systemctl restart messaging-app.service
for attempt in $(seq 60); do
    if curl --fail --silent --output /dev/null --max-time 5 http://localhost:{{{{ {PORT} }}}}/health
    then
        exit 0
    fi
    sleep 2
done
echo "The container does not answer at port {{{{ {PORT} }}}}." >&2
exit 1
"""


def document(*, seconds: int) -> dict[str, Any]:
    """Return a command document (AWS: schema version 2.2) that restarts the application.

    Whoever may run it can do nothing else on a server, unlike with AWS-RunShellScript.

    Args:
        seconds: how long a restart may take.
    """
    return {
        "schemaVersion": "2.2",
        "description": "Restarts the application on its server, and waits until it answers.",
        "parameters": {
            PORT: {
                "type": "String",
                "description": "Where the application answers on this server.",
                "allowedValues": [str(ports.API_PORT), str(ports.WEBSOCKET_PORT)],
            }
        },
        "mainSteps": [
            {
                "name": "restart",
                "action": "aws:runShellScript",
                "precondition": {"StringEquals": ["platformType", "Linux"]},
                "inputs": {"timeoutSeconds": str(seconds), "runCommand": [_SCRIPT]},
            }
        ],
    }
