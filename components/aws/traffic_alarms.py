"""Alarms of what requests pass: the load balancer, server groups, NAT and the certificate."""

from collections.abc import Mapping

import pulumi

from components.aws.alarms import Alarm, Metric
from components.identity import Role

MINUTE = 60
DAY = 86_400

LEAST_REQUESTS = 100
"""In five minutes; of fewer, a single error would be a large share."""

BALANCER_ERROR_PERCENT = 1
"""The load balancer answers for itself only when no server can."""

SERVER_ERROR_PERCENT = 5
"""Guide, Alert Rules."""

LATENCY_SECONDS = 2.0
"""What the slowest of a hundred requests may take."""

CONNECTION_ERRORS = 50
TLS_ERRORS = 1_000
"""In five minutes. Scanners cause some all the time."""

DROPPED_PACKETS = 100
"""In five minutes; single packets are lost, and sent again, in any network."""

CERTIFICATE_DAYS = 30
"""ACM renews 60 days before the end, so half the time has passed in vain."""


def balancer_alarms(arn_suffix: pulumi.Input[str]) -> dict[str, Alarm]:
    """Alarms of the whole load balancer."""

    def metric(name: str) -> Metric:
        return _balancer_metric(name, "Sum", {"LoadBalancer": arn_suffix})

    def share(runbook: str, summary: str, errors: str, percent: float) -> Alarm:
        return Alarm(
            role="load-balancer",
            runbook=runbook,
            summary=summary,
            metrics={"errors": metric(errors), "requests": metric("RequestCount")},
            # Without an error there is no number of them.
            expression=(f"IF(requests >= {LEAST_REQUESTS}, 100 * FILL(errors, 0) / requests, 0)"),
            comparison=">",
            threshold=percent,
            period_seconds=5 * MINUTE,
            periods=1,
            missing="notBreaching",
        )

    def count(runbook: str, summary: str, name: str, threshold: float) -> Alarm:
        return Alarm(
            role="load-balancer",
            runbook=runbook,
            summary=summary,
            metrics={"value": metric(name)},
            comparison=">",
            threshold=threshold,
            period_seconds=5 * MINUTE,
            periods=1,
            # CloudWatch has no number at all where there was none.
            missing="notBreaching",
        )

    return {
        "balancer-5xx": share(
            "balancer-5xx",
            "The load balancer itself answers requests with errors.",
            "HTTPCode_ELB_5XX_Count",
            BALANCER_ERROR_PERCENT,
        ),
        "server-5xx": share(
            "server-5xx",
            "Servers answer more than 5 % of all requests with errors.",
            "HTTPCode_Target_5XX_Count",
            SERVER_ERROR_PERCENT,
        ),
        "rejected-connections": count(
            "rejected-connections",
            "The load balancer turns clients away.",
            "RejectedConnectionCount",
            0,
        ),
        "connection-failures": count(
            "connection-failures",
            "Servers do not accept connections of the load balancer.",
            "TargetConnectionErrorCount",
            CONNECTION_ERRORS,
        ),
        "tls-failures": count(
            "tls-failures",
            "Many clients cannot agree on TLS with the load balancer.",
            "ClientTLSNegotiationErrorCount",
            TLS_ERRORS,
        ),
    }


def group_alarms(
    group: str,
    role: Role,
    *,
    group_name: pulumi.Input[str],
    min_size: int,
    max_size: int,
    balancer_arn_suffix: pulumi.Input[str],
    target_group_arn_suffix: pulumi.Input[str],
) -> dict[str, Alarm]:
    """Alarms of one server group, `group_name` being that of its Auto Scaling group.

    Errors and unhealthy servers are not among them: the group has alarms of its own on these,
    because they also roll a release back.
    """
    targets = {"LoadBalancer": balancer_arn_suffix, "TargetGroup": target_group_arn_suffix}
    alarms = {
        f"{group}-latency": Alarm(
            role=role,
            runbook="latency",
            summary="One in a hundred requests takes longer than two seconds.",
            metrics={"latency": _balancer_metric("TargetResponseTime", "p99", targets)},
            comparison=">",
            threshold=LATENCY_SECONDS,
            periods=10,
            missing="notBreaching",
        ),
        f"{group}-none-healthy": Alarm(
            role=role,
            runbook="none-healthy",
            summary="No server of the group answers its health checks.",
            metrics={"healthy": _balancer_metric("HealthyHostCount", "Maximum", targets)},
            comparison="<",
            threshold=1,
            periods=3,
            # A target group without servers tells nothing.
            missing="breaching",
        ),
        f"{group}-too-small": Alarm(
            role=role,
            runbook="group-too-small",
            summary="Fewer servers are in service than the group must have.",
            metrics={"servers": _group_metric("GroupInServiceInstances", group_name)},
            comparison="<",
            threshold=min_size,
            # Long enough for Auto Scaling to replace one.
            periods=15,
            missing="breaching",
        ),
    }
    if max_size == min_size:
        return alarms
    at_limit = Alarm(
        role=role,
        runbook="group-at-limit",
        summary="The group has been as large as it may become for half an hour.",
        metrics={"servers": _group_metric("GroupDesiredCapacity", group_name)},
        comparison=">=",
        threshold=max_size,
        periods=30,
        missing="notBreaching",
    )
    return {**alarms, f"{group}-at-limit": at_limit}


def nat_alarms(gateway_ids: Mapping[str, pulumi.Input[str]]) -> dict[str, Alarm]:
    """Alarms of the NAT gateways, by availability zone."""

    def alarm(gateway_id: pulumi.Input[str], summary: str, name: str, threshold: float) -> Alarm:
        metric = Metric(
            namespace="AWS/NATGateway",
            name=name,
            dimensions={"NatGatewayId": gateway_id},
            statistic="Sum",
        )
        return Alarm(
            role="network",
            runbook="nat",
            summary=summary,
            metrics={"value": metric},
            comparison=">",
            threshold=threshold,
            period_seconds=5 * MINUTE,
            periods=3,
            missing="notBreaching",
        )

    ports = {
        f"nat-{zone}-ports": alarm(
            gateway_id,
            "The NAT gateway has no port left for connections to one address.",
            "ErrorPortAllocation",
            0,
        )
        for zone, gateway_id in gateway_ids.items()
    }
    packets = {
        f"nat-{zone}-packets": alarm(
            gateway_id, "The NAT gateway drops packets.", "PacketsDropCount", DROPPED_PACKETS
        )
        for zone, gateway_id in gateway_ids.items()
    }
    return {**ports, **packets}


def certificate_alarms(arn: pulumi.Input[str]) -> dict[str, Alarm]:
    """The alarm on a certificate that was not renewed."""
    metric = Metric(
        namespace="AWS/CertificateManager",
        name="DaysToExpiry",
        dimensions={"CertificateArn": arn},
        statistic="Minimum",
    )
    return {
        "certificate-expiry": Alarm(
            role="load-balancer",
            runbook="certificate-expiry",
            summary="The certificate ends in less than 30 days and was not renewed.",
            metrics={"days": metric},
            comparison="<",
            threshold=CERTIFICATE_DAYS,
            # ACM tells it twice a day,
            period_seconds=DAY,
            periods=1,
            # … and no longer once the certificate has ended: the alarm must stay.
            missing="ignore",
        )
    }


def _balancer_metric(
    name: str, statistic: str, dimensions: Mapping[str, pulumi.Input[str]]
) -> Metric:
    return Metric(
        namespace="AWS/ApplicationELB", name=name, dimensions=dimensions, statistic=statistic
    )


def _group_metric(name: str, group_name: pulumi.Input[str]) -> Metric:
    return Metric(
        namespace="AWS/AutoScaling",
        name=name,
        dimensions={"AutoScalingGroupName": group_name},
        statistic="Average",
    )
