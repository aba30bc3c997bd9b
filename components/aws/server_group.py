"""A group of equal application servers that grows and shrinks with its load."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling, cloudwatch

from components.aws.alarms import Alarms, AlarmsArgs
from components.aws.group_scaling import by_connections, by_requests
from components.aws.load_balancer import DRAIN_SECONDS
from components.aws.rollout import Rollout, RolloutArgs
from components.aws.rollout_alarms import rollout_alarms
from components.aws.server_template import Permission, ServerTemplate, ServerTemplateArgs
from components.identity import Identity, Role
from service_config.cloud_init.application_server import Membership
from settings.servers import ServerGroupSettings

START_SECONDS = 900
"""How long a new server may take to install its packages, to pull its image and to answer. It is
not in service before; then it is given up, and another one is started."""

WARM_UP_SECONDS = 60
"""What a server's load says about the group's is not heeded for so long after it is in service."""

READY_TIMEOUT = "20m"
"""How long the first update waits until the servers it asked for are in service before it fails."""

LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"

LEAVING_MARGIN_SECONDS = 120
"""What a server needs to leave besides draining: noticing, settling, and telling it is done."""

LOG_RETENTION_DAYS = 365

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
        join_hook=identity.name(f"{group}-join", limit=255),
        drain_hook=identity.name(f"{group}-drain", limit=255),
        log_group=identity.path("servers", group),
        start_seconds=START_SECONDS,
        drain_seconds=DRAIN_SECONDS[role],
    )


@dataclass(frozen=True, kw_only=True)
class ServerGroupArgs:
    """What the servers are, where they stand, and which load balancer feeds them."""

    identity: Identity
    settings: ServerGroupSettings
    region: str
    account_id: pulumi.Input[str]
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

    A server is in service once it has said itself that it answers. A new template version, which
    any change of image, size or configuration makes, is rolled out at once: new servers come before
    old ones go, and AWS goes back by itself when they do not come or when an alarm of the group
    goes off.
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
        group = self._group(name, args, template, log_group)
        hooks = self._hooks(name, group)
        self._scaling(name, args, group)
        self._rollout(name, args, template, alarms, [group, *hooks])
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
                alarms=rollout_alarms(
                    name,
                    role=args.settings.role,
                    load_balancer_arn_suffix=args.load_balancer_arn_suffix,
                    target_group_arn_suffix=args.target_group_arn_suffix,
                ),
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
                image=args.settings.machine_image,
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
        log_group: cloudwatch.LogGroup,
    ) -> autoscaling.Group:
        physical_name = self._membership.group
        return autoscaling.Group(
            f"{name}-group",
            name=physical_name,
            min_size=args.settings.min_size,
            max_size=args.settings.max_size,
            vpc_zone_identifiers=args.subnet_ids,
            # To begin with: every later version is the rollout's.
            launch_template=autoscaling.GroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version
            ),
            target_group_arns=[args.target_group_arn],
            health_check_type="ELB",
            # A server that is in service has answered (AWS: grace period and lifecycle hooks).
            health_check_grace_period=0,
            default_instance_warmup=WARM_UP_SECONDS,
            # The first servers start before any other resource could give the group a hook.
            initial_lifecycle_hooks=[
                autoscaling.GroupInitialLifecycleHookArgs(
                    name=self._membership.join_hook,
                    lifecycle_transition=LAUNCHING,
                    heartbeat_timeout=self._membership.start_seconds,
                    default_result="ABANDON",
                )
            ],
            wait_for_capacity_timeout=READY_TIMEOUT,
            enabled_metrics=[autoscaling.Metric(metric) for metric in GROUP_METRICS],
            tags=[
                autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in args.identity.tags(args.settings.role, physical_name).items()
            ],
            # Docker starts no container whose log group is missing.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[log_group],
                ignore_changes=["launchTemplate", "initialLifecycleHooks"],
            ),
        )

    def _hooks(self, name: str, group: autoscaling.Group) -> list[autoscaling.LifecycleHook]:
        join = autoscaling.LifecycleHook(
            f"{name}-join",
            name=self._membership.join_hook,
            autoscaling_group_name=group.name,
            lifecycle_transition=LAUNCHING,
            heartbeat_timeout=self._membership.start_seconds,
            # A server that does not answer in time is none.
            default_result="ABANDON",
            opts=pulumi.ResourceOptions(parent=self),
        )
        drain = autoscaling.LifecycleHook(
            f"{name}-drain",
            name=self._membership.drain_hook,
            autoscaling_group_name=group.name,
            lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeat_timeout=self._membership.drain_seconds + LEAVING_MARGIN_SECONDS,
            # A server that cannot tell that it is done ends all the same.
            default_result="CONTINUE",
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [join, drain]

    def _rollout(
        self,
        name: str,
        args: ServerGroupArgs,
        template: ServerTemplate,
        alarms: Alarms,
        needs: list[pulumi.Resource],
    ) -> None:
        Rollout(
            f"{name}-rollout",
            RolloutArgs(
                identity=args.identity,
                role=args.settings.role,
                region=args.region,
                account_id=args.account_id,
                group=self._membership.group,
                template=template,
                alarms=list(alarms.names.values()),
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*needs, alarms]),
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
