"""A group of equal application servers that grows and shrinks with its load."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, cloudwatch

from components.aws.alarms import Alarm, Alarms, AlarmsArgs, Metric
from components.aws.group_scaling import by_connections, by_requests
from components.aws.load_balancer import DRAIN_SECONDS
from components.aws.server_template import (
    NEWEST_IMAGE,
    Permission,
    ServerTemplate,
    ServerTemplateArgs,
)
from components.identity import Identity, Role
from service_config.cloud_init.application_server import Membership
from settings.servers import ServerGroupSettings

BOOT_SECONDS = 300
"""A new server installs packages and pulls its image first; until then it is not unhealthy, and
its load says nothing about the group's."""

READY_TIMEOUT = "15m"
"""How long an update waits until the servers it asked for are in service before it fails."""

LEAST_HEALTHY_PERCENT = 100
MOST_HEALTHY_PERCENT = 150
"""While a new template version is rolled out, new servers are in service before old ones go."""

LEAVING_MARGIN_SECONDS = 120
"""What a server needs to leave besides draining: noticing, settling, and telling it is done."""

LOG_RETENTION_DAYS = 365

ERROR_PERCENT = 5
"""Guide, Alert Rules."""

LEAST_REQUESTS = 100
"""A minute; of fewer, a single error would be a large share."""

GROUP_METRICS = (
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupMaxSize",
    "GroupMinSize",
    "GroupPendingInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
)


def membership(identity: Identity, group: str, role: Role) -> Membership:
    """Return what a server of the group must know to log, to scale and to leave.

    The servers' user data needs these names before the group exists.
    """
    return Membership(
        group=identity.name(f"{group}-servers", limit=255),
        hook=identity.name(f"{group}-drain", limit=255),
        log_group=identity.path("servers", group),
        drain_seconds=DRAIN_SECONDS[role],
    )


@dataclass(frozen=True, kw_only=True)
class ServerGroupArgs:
    """What the servers are, where they stand, and which load balancer feeds them."""

    identity: Identity
    settings: ServerGroupSettings
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets; servers spread evenly over their zones."""
    security_group_id: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]
    user_data: pulumi.Input[str]
    permissions: Sequence[Permission]
    target_group_arn: pulumi.Input[str]
    target_group_arn_suffix: pulumi.Input[str]
    load_balancer_arn_suffix: pulumi.Input[str]
    alert_topic_arn: pulumi.Input[str]


class ServerGroup(pulumi.ComponentResource):
    """An Auto Scaling group over a launch template of its own.

    A new template version, which any change of image, size or configuration makes, is rolled out
    at once: new servers come before old ones go, and an alarm of the group stops it. AWS then rolls
    back by itself when the settings name a machine image; it refuses where EC2 finds the newest one
    (AWS: RollbackInstanceRefresh), and going back is an update to the former version.
    """

    name: pulumi.Output[str]
    """Of the Auto Scaling group."""

    def __init__(
        self, name: str, args: ServerGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:ServerGroup", name, None, opts)
        self._membership = membership(args.identity, name, args.settings.role)
        log_group = self._log_group(name, args)
        alarms = self._alarms(name, args)
        template = self._template(name, args)
        group = self._group(name, args, template, alarms, log_group)
        self._hook(name, group)
        self._scaling(name, args, group)
        self.name = group.name
        self.register_outputs({"name": self.name})

    def _log_group(self, name: str, args: ServerGroupArgs) -> cloudwatch.LogGroup:
        return cloudwatch.LogGroup(
            f"{name}-log",
            name=self._membership.log_group,
            retention_in_days=LOG_RETENTION_DAYS,
            kms_key_id=args.kms_key_arn,
            tags=args.identity.tags(args.settings.role, self._membership.log_group),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _alarms(self, name: str, args: ServerGroupArgs) -> Alarms:
        return Alarms(
            f"{name}-rollout",
            AlarmsArgs(
                identity=args.identity,
                topic_arn=args.alert_topic_arn,
                alarms=_rollout_alarms(name, args),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _template(self, name: str, args: ServerGroupArgs) -> ServerTemplate:
        return ServerTemplate(
            # The suffix keeps IAM names apart from those of single servers such as `operations`.
            f"{name}-servers",
            ServerTemplateArgs(
                identity=args.identity,
                role=args.settings.role,
                instance_type=args.settings.instance_type,
                disk_gib=args.settings.disk_gib,
                security_group_id=args.security_group_id,
                user_data=args.user_data,
                permissions=args.permissions,
                kms_key_arn=args.kms_key_arn,
                image=args.settings.machine_image or NEWEST_IMAGE,
                # The application calls S3 with the server's role, from inside a container.
                metadata_hops=2,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _group(
        self,
        name: str,
        args: ServerGroupArgs,
        template: ServerTemplate,
        alarms: Alarms,
        log_group: cloudwatch.LogGroup,
    ) -> autoscaling.Group:
        physical_name = self._membership.group
        return autoscaling.Group(
            f"{name}-group",
            name=physical_name,
            min_size=args.settings.min_size,
            max_size=args.settings.max_size,
            vpc_zone_identifiers=args.subnet_ids,
            # A fixed version, because a change of `$Latest` would start no instance refresh.
            launch_template=autoscaling.GroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version
            ),
            target_group_arns=[args.target_group_arn],
            health_check_type="ELB",
            health_check_grace_period=BOOT_SECONDS,
            default_instance_warmup=BOOT_SECONDS,
            wait_for_capacity_timeout=READY_TIMEOUT,
            enabled_metrics=[autoscaling.Metric(metric) for metric in GROUP_METRICS],
            instance_refresh=_refresh(alarms, roll_back=args.settings.machine_image is not None),
            tags=[
                autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in args.identity.tags(args.settings.role, physical_name).items()
            ],
            # Docker starts no container whose log group is missing.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[log_group, alarms]),
        )

    def _hook(self, name: str, group: autoscaling.Group) -> None:
        autoscaling.LifecycleHook(
            f"{name}-drain",
            name=self._membership.hook,
            autoscaling_group_name=group.name,
            lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeat_timeout=self._membership.drain_seconds + LEAVING_MARGIN_SECONDS,
            # A server that cannot tell that it is done ends all the same.
            default_result="CONTINUE",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _scaling(self, name: str, args: ServerGroupArgs, group: autoscaling.Group) -> None:
        autoscaling.Policy(
            f"{name}-scaling",
            autoscaling_group_name=group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration=(
                by_requests(
                    load_balancer_arn_suffix=args.load_balancer_arn_suffix,
                    target_group_arn_suffix=args.target_group_arn_suffix,
                )
                if args.settings.role == "api"
                else by_connections(self._membership.group)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _refresh(alarms: Alarms, *, roll_back: bool) -> autoscaling.GroupInstanceRefreshArgs:
    return autoscaling.GroupInstanceRefreshArgs(
        strategy="Rolling",
        preferences=autoscaling.GroupInstanceRefreshPreferencesArgs(
            min_healthy_percentage=LEAST_HEALTHY_PERCENT,
            max_healthy_percentage=MOST_HEALTHY_PERCENT,
            auto_rollback=roll_back,
            alarm_specification=(
                autoscaling.GroupInstanceRefreshPreferencesAlarmSpecificationArgs(
                    alarms=list(alarms.names.values())
                )
            ),
        ),
    )


def _rollout_alarms(group: str, args: ServerGroupArgs) -> dict[str, Alarm]:
    """Alarms that stop a rollout, and tell the team about the same faults at any other time."""

    def metric(name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB",
            name=name,
            dimensions={
                "LoadBalancer": args.load_balancer_arn_suffix,
                "TargetGroup": args.target_group_arn_suffix,
            },
            statistic=statistic,
        )

    return {
        f"{group}-errors": Alarm(
            role=args.settings.role,
            runbook="group-errors",
            summary="Servers of the group answer more than 5 % of requests with errors.",
            metrics={
                "errors": metric("HTTPCode_Target_5XX_Count", "Sum"),
                "requests": metric("RequestCount", "Sum"),
            },
            # Without an error there is no number of them.
            expression=f"IF(requests >= {LEAST_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)",
            comparison=">",
            threshold=ERROR_PERCENT,
            periods=3,
            missing="notBreaching",
        ),
        f"{group}-unhealthy": Alarm(
            role=args.settings.role,
            runbook="group-unhealthy",
            summary="A server of the group fails its health checks.",
            metrics={"unhealthy": metric("UnHealthyHostCount", "Maximum")},
            comparison=">",
            threshold=0,
            # As long as a new server may take to start.
            periods=BOOT_SECONDS // 60 + 1,
            missing="notBreaching",
        ),
    }
