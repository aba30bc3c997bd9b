"""A group of equal application servers that grows and shrinks with its load."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import autoscaling

from components.aws.server_template import Permission, ServerTemplate, ServerTemplateArgs
from components.identity import Identity
from settings.servers import ServerGroupSettings

BOOT_SECONDS = 300
"""A new server installs packages and pulls its image first; until then it is not unhealthy."""

READY_TIMEOUT = "15m"
"""How long an update waits until the servers it asked for are in service before it fails."""

HEALTHY_PERCENT = 90
"""Share of the servers that stays in service while a new template version is rolled out."""

REQUESTS_PER_SERVER = 3_000
"""Requests a minute that one api server should take. A starting point: replace it with what a
load test of the application finds."""

CPU_PERCENT = 50.0
"""CPU load that one websocket server should have, which leaves room for clients that reconnect."""


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


class ServerGroup(pulumi.ComponentResource):
    """An Auto Scaling group over a launch template of its own.

    A new template version, which any change of image, size or configuration makes, is rolled out
    at once by replacing the servers a few at a time.
    """

    name: pulumi.Output[str]
    """Of the Auto Scaling group."""

    def __init__(
        self, name: str, args: ServerGroupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:ServerGroup", name, None, opts)
        template = self._template(name, args)
        group = self._group(name, args, template)
        self._scaling(name, args, group)
        self.name = group.name
        self.register_outputs({"name": self.name})

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
                # The application calls S3 with the server's role, from inside a container.
                metadata_hops=2,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _group(
        self, name: str, args: ServerGroupArgs, template: ServerTemplate
    ) -> autoscaling.Group:
        physical_name = args.identity.name(f"{name}-servers", limit=255)
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
            wait_for_capacity_timeout=READY_TIMEOUT,
            instance_refresh=autoscaling.GroupInstanceRefreshArgs(
                strategy="Rolling",
                preferences=autoscaling.GroupInstanceRefreshPreferencesArgs(
                    min_healthy_percentage=HEALTHY_PERCENT
                ),
            ),
            tags=[
                autoscaling.GroupTagArgs(key=key, value=value, propagate_at_launch=True)
                for key, value in args.identity.tags(args.settings.role, physical_name).items()
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _scaling(self, name: str, args: ServerGroupArgs, group: autoscaling.Group) -> None:
        autoscaling.Policy(
            f"{name}-scaling",
            autoscaling_group_name=group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration=(
                _by_requests(args) if args.settings.role == "api" else _by_cpu()
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _by_requests(args: ServerGroupArgs) -> autoscaling.PolicyTargetTrackingConfigurationArgs:
    return autoscaling.PolicyTargetTrackingConfigurationArgs(
        predefined_metric_specification=(
            autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs(
                predefined_metric_type="ALBRequestCountPerTarget",
                resource_label=pulumi.Output.concat(
                    args.load_balancer_arn_suffix, "/", args.target_group_arn_suffix
                ),
            )
        ),
        target_value=REQUESTS_PER_SERVER,
    )


def _by_cpu() -> autoscaling.PolicyTargetTrackingConfigurationArgs:
    return autoscaling.PolicyTargetTrackingConfigurationArgs(
        predefined_metric_specification=(
            autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs(
                predefined_metric_type="ASGAverageCPUUtilization"
            )
        ),
        target_value=CPU_PERCENT,
    )
