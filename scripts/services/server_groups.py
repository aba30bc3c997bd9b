"""The application as Auto Scaling groups on AWS."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scripts.console import Row
from scripts.exit_codes import ExitCode
from scripts.faults import OpsError
from scripts.services import remote
from scripts.services.clients import Clients
from scripts.waiting import until_so
from service_config import ports, restart

if TYPE_CHECKING:
    from mypy_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef

    from scripts.services import ScaleUp

PROJECT = "messaging-app"
"""The tag `Project` of all that the platform makes, and what its log groups begin with."""

PORTS = {"api": ports.API_PORT, "websocket": ports.WEBSOCKET_PORT}

HEALTHY_SECONDS = 900
"""How long servers may take to be healthy: booting takes five minutes."""

LOGS_SINCE_SECONDS = 3600
"""Older output than this is not looked through for the last lines."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """One server of a group."""

    id: str
    state: str
    """Such as `InService` or `Pending`, in the group."""
    health: str
    """What the load balancer says: `healthy`, `initial`, `unhealthy` …; `unknown` without one."""

    @property
    def is_well(self) -> bool:
        """Whether it serves."""
        return self.state == "InService" and self.health in {"healthy", "unknown"}

    @property
    def is_leaving(self) -> bool:
        """Whether it is on its way out, or somebody has put it aside: nothing to wait for."""
        return self.state.startswith(("Terminat", "Detach", "Standby", "EnteringStandby"))


@dataclass(frozen=True, kw_only=True)
class Group:
    """An Auto Scaling group.

    Args:
        service: what the stack's settings call it, such as `api`; commands do too.
        role: what its servers run.
    """

    name: str
    service: str
    role: str
    least: int
    most: int
    wanted: int
    servers: tuple[Server, ...]

    @property
    def unwell(self) -> list[str]:
        """What is wrong with servers that do not serve."""
        return [
            f"{each.id} is {each.state} and {each.health}"
            for each in self.servers
            if not each.is_well and not each.is_leaving
        ]


@dataclass(frozen=True, kw_only=True)
class ServerGroups:
    """The groups of one environment, found by their tags."""

    environment: str
    aws: Clients

    def status(self) -> list[Row]:
        """Return one row a server, with its group's size."""
        return [
            {
                "service": group.service,
                "name": server.id,
                "state": server.state,
                "health": server.health,
                "group": f"{group.wanted} of {group.least} to {group.most}",
            }
            for group in self.groups()
            for server in group.servers
        ]

    def restart(self, names: Sequence[str], say: Callable[[str], None]) -> None:
        """Restart the containers of services, one server after the other.

        Raises:
            OpsError: there is no such service, or a server does not answer afterwards; the servers
                after it were left alone.
        """
        groups = [self.group(name) for name in names]
        for group in groups:
            for server in group.servers:
                say(f"Restarting {group.service} on {server.id} …")
                remote.run(
                    self.aws.ssm,
                    instance=server.id,
                    # The platform's own, made by `make up`: it can do nothing else.
                    document=f"{PROJECT}-{self.environment}-restart",
                    parameters={restart.PORT: [str(PORTS[group.role])]},
                    seconds=HEALTHY_SECONDS,
                )
                self.wait_healthy(group.service, seconds=HEALTHY_SECONDS)

    def logs(self, names: Sequence[str], tail: int) -> Iterator[str]:
        """Yield the last lines of each service from its log group of the last hour, oldest first.

        The server stands before each line.
        """
        for name in names or [group.service for group in self.groups()]:
            group = self.group(name)
            for when, server, text in self._last(group, tail):
                yield f"{group.service} {server} {when:%Y-%m-%dT%H:%M:%SZ} {text.rstrip()}"

    def scale_up(self, request: "ScaleUp", say: Callable[[str], None]) -> str:
        """Raise the wanted number of servers of a group, within its limits.

        Raises:
            OpsError: REFUSED beyond the group's maximum, which is a setting of the stack.
        """
        group = self.group(request.service)
        wanted = group.wanted + request.by
        if wanted > group.most:
            raise OpsError(
                f"{group.name} has {group.wanted} servers and may have {group.most} at the most: "
                f"{request.by} more are refused. Raise servers.{group.service}.max_size in the "
                "stack's file, then `make up`.",
                ExitCode.REFUSED,
            )
        say(f"Starting {request.by} more of {group.service}: {wanted} instead of {group.wanted} …")
        self.aws.autoscaling.set_desired_capacity(
            AutoScalingGroupName=group.name, DesiredCapacity=wanted, HonorCooldown=False
        )
        self.wait_healthy(group.service, seconds=request.seconds, count=wanted)
        return f"{group.name} has {wanted} healthy servers instead of {group.wanted}."

    def groups(self) -> list[Group]:
        """All groups of the environment.

        Raises:
            OpsError: there is none.
        """
        tags = {"Project": PROJECT, "Environment": self.environment}
        pages = self.aws.autoscaling.get_paginator("describe_auto_scaling_groups").paginate(
            Filters=[{"Name": f"tag:{key}", "Values": [value]} for key, value in tags.items()]
        )
        found = [self._group(each) for page in pages for each in page["AutoScalingGroups"]]
        if not found:
            region = self.aws.autoscaling.meta.region_name
            raise OpsError(
                f"There are no Auto Scaling groups of environment {self.environment} in {region}: "
                "look at ENVIRONMENT and AWS_REGION, or name the stack with --stack.",
                ExitCode.NOT_FOUND,
            )
        return sorted(found, key=lambda group: group.service)

    def group(self, service: str) -> Group:
        """Return the group of a service.

        Raises:
            OpsError: there is no such service.
        """
        groups = {group.service: group for group in self.groups()}
        if service not in groups:
            raise OpsError(
                f"There is no service {service} in {self.environment}: there are "
                f"{', '.join(groups)}.",
                ExitCode.NOT_FOUND,
            )
        return groups[service]

    def wait_healthy(self, service: str, *, seconds: float, count: int = 1) -> None:
        """Return when at least `count` servers of a group serve, and none does not.

        Raises:
            OpsError: they do not in time.
        """

        def obstacle() -> str | None:
            group = self.group(service)
            if group.unwell:
                return ", ".join(group.unwell)
            found = sum(each.is_well for each in group.servers)
            return None if found >= count else f"{found} of {count} servers serve"

        until_so(obstacle, seconds=seconds, what=f"The servers of {service} did not become healthy")

    def _group(self, told: "AutoScalingGroupTypeDef") -> Group:
        health = self._health(told.get("TargetGroupARNs", []))
        name = told["AutoScalingGroupName"]
        tags = {tag.get("Key", ""): tag.get("Value", "") for tag in told.get("Tags", [])}
        return Group(
            name=name,
            service=name.removeprefix(f"{PROJECT}-{self.environment}-").removesuffix("-servers"),
            role=tags.get("Role", ""),
            least=told["MinSize"],
            most=told["MaxSize"],
            wanted=told["DesiredCapacity"],
            servers=tuple(
                Server(
                    id=each["InstanceId"],
                    state=each["LifecycleState"],
                    health=health.get(each["InstanceId"], "unknown" if not health else "unused"),
                )
                for each in told.get("Instances", [])
            ),
        )

    def _health(self, target_groups: Sequence[str]) -> dict[str, str]:
        """Server → what the load balancer says of it."""
        found: dict[str, str] = {}
        for arn in target_groups:
            told = self.aws.elbv2.describe_target_health(TargetGroupArn=arn)
            for each in told["TargetHealthDescriptions"]:
                server = each.get("Target", {}).get("Id", "")
                found[server] = each.get("TargetHealth", {}).get("State", "unknown")
        return found

    def _last(self, group: Group, tail: int) -> list[tuple[datetime, str, str]]:
        """Return when, from which server and what, of the last lines."""
        since = int((time.time() - LOGS_SINCE_SECONDS) * 1000)
        pages = self.aws.logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/{PROJECT}/{self.environment}/servers/{group.service}", startTime=since
        )
        events = [
            (event.get("timestamp", 0), event.get("logStreamName", ""), event.get("message", ""))
            for page in pages
            for event in page["events"]
        ]
        return [
            (datetime.fromtimestamp(at / 1000, UTC), server, text)
            for at, server, text in sorted(events)[-tail:]
        ]
