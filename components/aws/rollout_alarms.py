"""Alarms of a server group that stop a rollout, and tell of the same faults at any other time."""

import pulumi

from components.aws.alarms import Alarm, Metric
from components.identity import Role

ERROR_PERCENT = 5
"""Guide, Alert Rules."""

LEAST_REQUESTS = 100
"""A minute; of fewer, a single error would be a large share."""

PERIODS = 3
"""Minutes. A server that does not start is none of the load balancer's targets yet, so whatever is
unhealthy has answered before."""


def rollout_alarms(
    group: str,
    *,
    role: Role,
    load_balancer_arn_suffix: pulumi.Input[str],
    target_group_arn_suffix: pulumi.Input[str],
) -> dict[str, Alarm]:
    """Return the alarms on what the load balancer sees of a group, by the end of their names."""

    def metric(name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/ApplicationELB",
            name=name,
            dimensions={
                "LoadBalancer": load_balancer_arn_suffix,
                "TargetGroup": target_group_arn_suffix,
            },
            statistic=statistic,
        )

    return {
        f"{group}-errors": Alarm(
            role=role,
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
            periods=PERIODS,
            missing="notBreaching",
        ),
        f"{group}-unhealthy": Alarm(
            role=role,
            runbook="group-unhealthy",
            summary="A server of the group fails its health checks.",
            metrics={"unhealthy": metric("UnHealthyHostCount", "Maximum")},
            comparison=">",
            threshold=0,
            periods=PERIODS,
            missing="notBreaching",
        ),
    }
