"""The public entry: TLS ends here and requests are routed to server groups."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import lb

from components.aws.bucket_policy import ACCESS_LOG_PREFIX, CONNECTION_LOG_PREFIX
from components.identity import Identity, Role
from service_config import ports
from settings.servers import ServerGroupSettings

IDLE_TIMEOUT_SECONDS = 300
"""AWS closes silent connections after 60 s by default, which cuts quiet websockets."""

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3 only (guide, SSL Configuration), with forward secrecy."""

HEALTH_PATH = "/health"
"""Guide, Service Deployment."""

METRICS_PATHS = ("/metrics", "/metrics/*")
"""What Prometheus scrapes from inside the VPC is nobody else's business."""

FIRST_PRIORITY = 1
LAST_PRIORITY = 50_000

PORTS: Mapping[Role, int] = {"api": ports.API_PORT, "websocket": ports.WEBSOCKET_PORT}

DRAIN_SECONDS: Mapping[Role, int] = {"api": 30, "websocket": 300}
"""How long a leaving server finishes its work: a request is short, while websocket clients are
moved in small portions so that they do not all reconnect at once."""


ALGORITHMS: Mapping[Role, str] = {"api": "least_outstanding_requests", "websocket": "round_robin"}
"""Requests differ in what they cost, so the next one goes to whom has the fewest. A websocket is
one request that lasts: with that measure, a server that starts would get every new one."""

STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
"""Browsers that came once never ask in plain HTTP again, for a year."""


@dataclass(frozen=True, kw_only=True)
class LoadBalancerArgs:
    """Where it stands, and which server groups it serves."""

    identity: Identity
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    """Public subnets, in two zones at least."""
    security_group_id: pulumi.Input[str]
    certificate_arn: pulumi.Input[str]
    groups: Mapping[str, ServerGroupSettings]
    """By name; exactly one has no path patterns and takes what no other one does."""
    log_bucket: pulumi.Input[str]
    """Takes a record of each request and connection: `writable` of a bucket for logs."""
    protect: bool
    """Refuse, in AWS, to delete the load balancer."""


class LoadBalancer(pulumi.ComponentResource):
    """An Application Load Balancer with one target group per server group."""

    arn: pulumi.Output[str]
    dns_name: pulumi.Output[str]
    zone_id: pulumi.Output[str]
    """Hosted zone of `dns_name`, for alias records."""
    arn_suffix: pulumi.Output[str]
    target_group_arns: dict[str, pulumi.Output[str]]
    """By group; known only once the load balancer routes to the target group."""
    target_group_arn_suffixes: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: LoadBalancerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:LoadBalancer", name, None, opts)
        balancer = self._balancer(name, args)
        targets = {group: self._target_group(group, args) for group in args.groups}
        self._redirect_to_https(name, args, balancer)
        default = next(group for group, each in args.groups.items() if not each.path_patterns)
        https = self._https(name, args, balancer, targets[default])
        self._keep_metrics_inside(name, args, https)
        routes = self._rules(name, args, https, targets)

        self.arn = balancer.arn
        self.dns_name = balancer.dns_name
        self.zone_id = balancer.zone_id
        self.arn_suffix = balancer.arn_suffix
        # A server group must not start before its target group is routed to: until then AWS
        # reports its servers neither healthy nor unhealthy, and refuses to scale by requests.
        self.target_group_arns = {
            group: _after(target.arn, routes.get(group, https.arn))
            for group, target in targets.items()
        }
        self.target_group_arn_suffixes = {
            group: _after(target.arn_suffix, routes.get(group, https.arn))
            for group, target in targets.items()
        }
        self.register_outputs({"dns_name": self.dns_name, "zone_id": self.zone_id})

    def _balancer(self, name: str, args: LoadBalancerArgs) -> lb.LoadBalancer:
        physical_name = args.identity.name(limit=32)
        return lb.LoadBalancer(
            f"{name}-alb",
            name=physical_name,
            load_balancer_type="application",
            internal=False,
            subnets=args.subnet_ids,
            security_groups=[args.security_group_id],
            idle_timeout=IDLE_TIMEOUT_SECONDS,
            # Against request smuggling: what a server may read in two ways does not reach it.
            drop_invalid_header_fields=True,
            desync_mitigation_mode="defensive",
            access_logs=lb.LoadBalancerAccessLogsArgs(
                enabled=True, bucket=args.log_bucket, prefix=ACCESS_LOG_PREFIX
            ),
            connection_logs=lb.LoadBalancerConnectionLogsArgs(
                enabled=True, bucket=args.log_bucket, prefix=CONNECTION_LOG_PREFIX
            ),
            enable_deletion_protection=args.protect,
            tags=args.identity.tags("load-balancer", physical_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _target_group(self, group: str, args: LoadBalancerArgs) -> lb.TargetGroup:
        role = args.groups[group].role
        return lb.TargetGroup(
            # Named by Pulumi from this, so that a replacement can exist beside the old one.
            f"{group}-targets",
            vpc_id=args.vpc_id,
            port=PORTS[role],
            protocol="HTTP",
            target_type="instance",
            deregistration_delay=DRAIN_SECONDS[role],
            load_balancing_algorithm_type=ALGORITHMS[role],
            health_check=lb.TargetGroupHealthCheckArgs(
                path=HEALTH_PATH,
                matcher="200",
                interval=15,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags=args.identity.tags("load-balancer", args.identity.name(group, limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _redirect_to_https(
        self, name: str, args: LoadBalancerArgs, balancer: lb.LoadBalancer
    ) -> None:
        lb.Listener(
            f"{name}-http",
            load_balancer_arn=balancer.arn,
            port=80,
            protocol="HTTP",
            default_actions=[
                lb.ListenerDefaultActionArgs(
                    type="redirect",
                    redirect=lb.ListenerDefaultActionRedirectArgs(
                        protocol="HTTPS", port="443", status_code="HTTP_301"
                    ),
                )
            ],
            tags=args.identity.tags("load-balancer", args.identity.name("http", limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _https(
        self,
        name: str,
        args: LoadBalancerArgs,
        balancer: lb.LoadBalancer,
        default: lb.TargetGroup,
    ) -> lb.Listener:
        return lb.Listener(
            f"{name}-https",
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=args.certificate_arn,
            routing_http_response_server_enabled=False,
            routing_http_response_strict_transport_security_header_value=STRICT_TRANSPORT,
            routing_http_response_x_content_type_options_header_value="nosniff",
            default_actions=[
                lb.ListenerDefaultActionArgs(type="forward", target_group_arn=default.arn)
            ],
            tags=args.identity.tags("load-balancer", args.identity.name("https", limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _keep_metrics_inside(self, name: str, args: LoadBalancerArgs, https: lb.Listener) -> None:
        lb.ListenerRule(
            # Longer than a group's name may be, so that no group's rule is called the same.
            f"{name}-metrics-stay-inside",
            listener_arn=https.arn,
            priority=FIRST_PRIORITY,
            conditions=[
                lb.ListenerRuleConditionArgs(
                    path_pattern=lb.ListenerRuleConditionPathPatternArgs(values=METRICS_PATHS)
                )
            ],
            actions=[
                lb.ListenerRuleActionArgs(
                    type="fixed-response",
                    fixed_response=lb.ListenerRuleActionFixedResponseArgs(
                        content_type="text/plain", status_code="404"
                    ),
                )
            ],
            tags=args.identity.tags("load-balancer", args.identity.name("metrics", limit=128)),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rules(
        self,
        name: str,
        args: LoadBalancerArgs,
        https: lb.Listener,
        targets: Mapping[str, lb.TargetGroup],
    ) -> dict[str, pulumi.Output[str]]:
        """Route each group's path patterns to it; give the ARN of the rule by group."""
        routed = {group: each for group, each in args.groups.items() if each.path_patterns}
        return {
            group: lb.ListenerRule(
                f"{name}-{group}",
                listener_arn=https.arn,
                priority=rule_priority(group),
                conditions=[
                    lb.ListenerRuleConditionArgs(
                        path_pattern=lb.ListenerRuleConditionPathPatternArgs(
                            values=settings.path_patterns
                        )
                    )
                ],
                actions=[
                    lb.ListenerRuleActionArgs(type="forward", target_group_arn=targets[group].arn)
                ],
                tags=args.identity.tags("load-balancer", args.identity.name(group, limit=128)),
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
            for group, settings in routed.items()
        }


def rule_priority(group: str) -> int:
    """Where the group's rule stands in the listener: after the first, up to AWS's 50,000.

    It depends on nothing but the group's name. If groups were numbered, a new one could push
    another to a new priority, and AWS refuses a priority that is still in use.
    """
    return zlib.crc32(group.encode()) % (LAST_PRIORITY - FIRST_PRIORITY) + FIRST_PRIORITY + 1


def _after(value: pulumi.Output[str], other: pulumi.Output[str]) -> pulumi.Output[str]:
    """`value`, known only when `other` is."""
    return pulumi.Output.all(value, other).apply(lambda both: both[0])
