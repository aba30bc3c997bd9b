"""User data of the server that runs Prometheus, Alertmanager, Grafana and `ops`.

It says only how the server gets its data volume and its configuration. The configuration itself
lies in S3, so that a changed rule, image or timer does not replace the server.
"""

import shlex
from collections.abc import Sequence
from string import Template
from typing import Final

from service_config import ports
from service_config.cloud_init import cloud_config, data_volume
from service_config.cloud_init.cloud_config import Part, script, unit
from service_config.operations_files import MANIFEST

HOME: Final = "/opt/messaging-app/operations"

_FETCH: Final = Template("""\
#!/bin/sh
# Fetches this server's configuration, and puts it into service once it is complete.
set -eu
staged=$${STATE_DIRECTORY:-/var/lib/messaging-app}/staged
live=$${HOME_DIRECTORY:-$home}
mkdir -p "$$staged" "$$live"
aws s3 sync --quiet --delete --exact-timestamps --region $region $source "$$staged"
cd "$$staged"
# The list of digests is written last: while a file differs from it, somebody is still writing.
if ! sha256sum --check --quiet --strict $manifest; then
    echo "The configuration is not complete yet; the one before stays in force." >&2
    exit 1
fi
# Each file is replaced in one step; folders stay the same, as containers have them mounted.
rsync --recursive --checksum --delete --exclude '/.env*' "$$staged/" "$$live/"
exec sh "$$live/scripts/apply"
""")

_SERVICE: Final = """\
[Unit]
Description=Fetch the configuration, and put it into service
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/fetch-configuration
UMask=0022
TimeoutStartSec=15min
# A new instance role takes some seconds until it may read; and somebody may still be writing.
Restart=on-failure
RestartSec=10
"""

_TIMER: Final = """\
[Unit]
Description=When the configuration is fetched

[Timer]
OnBootSec=1s
# Also how soon a rotated password of the database reaches its exporters and `ops`.
OnUnitInactiveSec=2min

[Install]
WantedBy=timers.target
"""


def user_data(*, region: str, source: str, volume_id: str, extra: Sequence[Part] = ()) -> str:
    """Return the user data of the operations server.

    Args:
        region: AWS region of the bucket.
        source: `s3://bucket/prefix` of the files of `service_config.operations_files`.
        volume_id: EBS volume that keeps metrics and dashboards.
        extra: what else the server runs, for example a sentinel of Redis.
    """
    fetch = _FETCH.substitute(
        region=shlex.quote(region), source=shlex.quote(source), home=HOME, manifest=MANIFEST
    )
    configuration = Part(
        packages=["awscli", "curl", "docker.io", "docker-compose-v2", "rsync"],
        files=[
            script("/usr/local/sbin/fetch-configuration", fetch),
            unit("fetch-configuration.service", _SERVICE),
            unit("fetch-configuration.timer", _TIMER),
        ],
        open_ports=[ports.PROMETHEUS, ports.GRAFANA, ports.ALERTMANAGER],
        commands=[["systemctl", "enable", "--now", "fetch-configuration.timer"]],
    )
    data = data_volume.part(volume_id=volume_id, label="operations")
    return cloud_config.user_data(data, configuration, *extra)
