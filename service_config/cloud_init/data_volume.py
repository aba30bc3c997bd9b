"""A volume of data that outlives the server: mounted at each boot, formatted only while empty."""

import shlex
from string import Template
from typing import Final

from service_config.cloud_init.cloud_config import Part, file, script, unit

MOUNT_POINT: Final = "/data"

_PREPARE: Final = Template("""\
#!/bin/sh
# Waits until the volume is attached, and makes a file system on it if it never had one.
set -eu
device=$${DEVICE:-$device}
seconds=0
until [ -e "$$device" ]; do
    if [ "$$seconds" -ge "$${TIMEOUT_SECONDS:-900}" ]; then
        echo "The volume $$device is not attached." >&2
        exit 1
    fi
    sleep 2
    seconds=$$((seconds + 2))
done
# 2: nothing is recognised on it. Whatever else blkid says, the disk is not touched; and mkfs.xfs
# itself refuses a disk that holds something.
found=0
blkid --probe "$$device" >/dev/null || found=$$?
if [ "$$found" -eq 2 ]; then
    mkfs.xfs -L $label "$$device"
elif [ "$$found" -ne 0 ]; then
    echo "What is on $$device cannot be told (blkid: $$found), so it is left alone." >&2
    exit 1
fi
""")

_PREPARE_UNIT: Final = """\
[Unit]
Description=Wait for the data volume, and format it if it is empty

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/prepare-data
TimeoutStartSec=20min
"""

_MOUNT_UNIT: Final = Template("""\
[Unit]
Description=Data that outlives this server
Requires=prepare-data.service
After=prepare-data.service
# By default all mounts come before all services, and so before the one that prepares this one.
DefaultDependencies=no
Conflicts=umount.target
Before=umount.target

[Mount]
What=$device
Where=$mount_point
Type=xfs
Options=noatime,nodev,nosuid

[Install]
WantedBy=multi-user.target
""")

_DOCKER_DROP_IN: Final = f"""\
[Unit]
# Else containers would write to the root disk, which goes with the server.
RequiresMountsFor={MOUNT_POINT}
"""


def part(*, volume_id: str, label: str) -> Part:
    """Return what mounts the volume at /data before docker starts.

    Args:
        volume_id: of the EBS volume; servers of the Nitro kind see it under this name.
        label: of the file system, at most 12 characters.
    """
    device = f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{volume_id.replace('-', '')}"
    prepare = _PREPARE.substitute(device=shlex.quote(device), label=shlex.quote(label))
    return Part(
        packages=["xfsprogs"],
        files=[
            script("/usr/local/sbin/prepare-data", prepare),
            unit("prepare-data.service", _PREPARE_UNIT),
            unit("data.mount", _MOUNT_UNIT.substitute(device=device, mount_point=MOUNT_POINT)),
            file("/etc/systemd/system/docker.service.d/data.conf", _DOCKER_DROP_IN),
        ],
        commands=[
            ["systemctl", "daemon-reload"],
            # By itself, as a mount waits for its device for 90 seconds only.
            ["systemctl", "start", "prepare-data.service"],
            ["systemctl", "enable", "--now", "data.mount"],
            # Installing it has started docker, perhaps before the volume was attached.
            ["systemctl", "restart", "docker.service"],
        ],
    )
