"""What a server group grows and shrinks by: requests, or open websockets."""

import pulumi
from pulumi_aws import autoscaling

from service_config import connections

REQUESTS_PER_SERVER = 3_000
"""Requests a minute that one api server should take. A starting point: replace it with what a
load test of the application finds."""

CONNECTIONS_PER_SERVER = 5_000
"""Websockets that one server should hold. Idle ones cost memory but hardly CPU, and a server that
is lost sends all of its clients to the others at once. A starting point, as above."""

_Target = autoscaling.PolicyTargetTrackingConfigurationArgs
_Predefined = autoscaling.PolicyTargetTrackingConfigurationPredefinedMetricSpecificationArgs
_Customized = autoscaling.PolicyTargetTrackingConfigurationCustomizedMetricSpecificationArgs
_Dimension = (
    autoscaling.PolicyTargetTrackingConfigurationCustomizedMetricSpecificationMetricDimensionArgs
)


def by_requests(
    *, load_balancer_arn_suffix: pulumi.Input[str], target_group_arn_suffix: pulumi.Input[str]
) -> _Target:
    """Return a target for what the load balancer sends to each server."""
    label = pulumi.Output.concat(load_balancer_arn_suffix, "/", target_group_arn_suffix)
    return _Target(
        predefined_metric_specification=_Predefined(
            predefined_metric_type="ALBRequestCountPerTarget", resource_label=label
        ),
        target_value=REQUESTS_PER_SERVER,
    )


def by_connections(group: str) -> _Target:
    """Return a target for the websockets that each server of the group publishes."""
    return _Target(
        customized_metric_specification=_Customized(
            namespace=connections.NAMESPACE,
            metric_name=connections.METRIC,
            metric_dimensions=[_Dimension(name=connections.DIMENSION, value=group)],
            statistic="Average",
        ),
        target_value=CONNECTIONS_PER_SERVER,
    )
