"""Updates of servers on AWS."""

from collections.abc import Callable
from dataclasses import dataclass

from scripts.console import Row
from scripts.faults import OpsError
from scripts.services import remote
from scripts.services.server_groups import PROJECT, ServerGroups
from scripts.waiting import until_so

STAYING_ROLES = ("cache", "monitoring")
"""Servers that keep data or addresses, in this order: the last one may be where this runs."""

PATCH_SECONDS = 3600
REBOOT_SECONDS = 900
REFRESH_SECONDS = 7200

ENDED = frozenset(
    {"Successful", "Failed", "Cancelled", "RollbackFailed", "RollbackSuccessful", "Baking"}
)
"""States in which a refresh replaces no further server."""


@dataclass(frozen=True, kw_only=True)
class StayingServer:
    """A server that is patched in place."""

    id: str
    role: str


def staying(groups: ServerGroups) -> list[StayingServer]:
    """Return the environment's running servers that are patched in place, in order."""
    tags = {"Project": [PROJECT], "Environment": [groups.environment], "Role": list(STAYING_ROLES)}
    pages = groups.aws.ec2.get_paginator("describe_instances").paginate(
        Filters=[
            {"Name": "instance-state-name", "Values": ["running"]},
            *({"Name": f"tag:{key}", "Values": values} for key, values in tags.items()),
        ]
    )
    found = [
        StayingServer(
            id=each.get("InstanceId", ""),
            role={tag.get("Key"): tag.get("Value", "") for tag in each.get("Tags", [])}["Role"],
        )
        for page in pages
        for reservation in page["Reservations"]
        for each in reservation.get("Instances", [])
    ]
    return sorted(found, key=lambda server: (STAYING_ROLES.index(server.role), server.id))


def plan(groups: ServerGroups) -> list[Row]:
    """Return what would be done, in this order."""
    patched = [
        {"what": each.id, "role": each.role, "how": "install updates, reboot if needed"}
        for each in staying(groups)
    ]
    replaced = [
        {"what": each.name, "role": each.role, "how": f"replace {len(each.servers)} servers"}
        for each in groups.groups()
    ]
    return [*replaced, *patched]


def update(
    groups: ServerGroups, obstacle: Callable[[], str | None], say: Callable[[str], None]
) -> None:
    """Replace the servers of each group, then patch the servers that stay, one by one.

    Args:
        obstacle: what is wrong with the platform now; None when it is well. It must be well before
            the next one is begun.

    Raises:
        OpsError: one failed, or the platform is not well. Those after it are left alone.
    """
    for group in groups.groups():
        _must_be_well(obstacle, f"before {group.name}")
        say(f"Replacing the servers of {group.name} …")
        _refresh(groups, group.name)
        groups.wait_healthy(group.service, seconds=REBOOT_SECONDS)
    for server in staying(groups):
        _must_be_well(obstacle, f"before {server.id}")
        say(f"Patching {server.id} ({server.role}) …")
        remote.run(
            groups.aws.ssm,
            instance=server.id,
            document="AWS-RunPatchBaseline",
            parameters={"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]},
            seconds=PATCH_SECONDS,
        )
        _wait_until_up(groups, server.id)
    _must_be_well(obstacle, "after the last one")


def _refresh(groups: ServerGroups, name: str) -> None:
    began = groups.aws.autoscaling.start_instance_refresh(
        AutoScalingGroupName=name,
        Strategy="Rolling",
        # New servers are in service before old ones go, as at a release.
        Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150},
    )
    status: list[str] = []

    def running() -> str | None:
        told = groups.aws.autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=name, InstanceRefreshIds=[began["InstanceRefreshId"]]
        )["InstanceRefreshes"][0]
        status[:] = [told.get("Status", "")]
        if status[0] in ENDED:
            return None
        return f"{told.get('PercentageComplete', 0)} % are done, {told.get('StatusReason', '')}"

    until_so(running, seconds=REFRESH_SECONDS, what=f"{name} did not replace its servers")
    if status[0] not in {"Successful", "Baking"}:
        raise OpsError(
            f"The refresh of {name} ended with {status[0]}: see `aws autoscaling "
            f"describe-instance-refreshes --auto-scaling-group-name {name}`. Nothing after it was "
            "updated."
        )


def _wait_until_up(groups: ServerGroups, server: str) -> None:
    def obstacle() -> str | None:
        told = groups.aws.ec2.describe_instance_status(
            InstanceIds=[server], IncludeAllInstances=True
        )["InstanceStatuses"]
        for each in told:
            checks = {each.get("InstanceStatus", {}).get("Status")}
            checks.add(each.get("SystemStatus", {}).get("Status"))
            if each.get("InstanceState", {}).get("Name") == "running" and checks == {"ok"}:
                return None
        return "its status checks do not pass"

    until_so(obstacle, seconds=REBOOT_SECONDS, what=f"{server} did not come back")


def _must_be_well(obstacle: Callable[[], str | None], when: str) -> None:
    """Wait a little: a cache that has just rebooted takes a moment to follow its primary."""
    until_so(obstacle, seconds=REBOOT_SECONDS, what=f"The platform is not well {when}")
