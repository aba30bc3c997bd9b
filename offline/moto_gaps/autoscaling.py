"""What moto lacks of Auto Scaling."""

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

from offline.moto_gaps.gap import Addition, Moto


def start_instance_refresh(response: Moto) -> ActionResult:
    """Replace every server of a group at once, where AWS would take a few at a time."""
    backend = response.autoscaling_backend
    group = backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
    for state in list(group.instance_states):
        backend.terminate_instance(state.instance.id, should_decrement=False)
    refresh = {
        "InstanceRefreshId": str(mock_random.uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Successful",
        "PercentageComplete": 100,
        "InstancesToUpdate": 0,
    }
    group.refreshes = [refresh, *getattr(group, "refreshes", [])]
    return ActionResult({"InstanceRefreshId": refresh["InstanceRefreshId"]})


def describe_instance_refreshes(response: Moto) -> ActionResult:
    """The refreshes of a group, the newest first."""
    groups = response.autoscaling_backend.autoscaling_groups
    group = groups[response._get_param("AutoScalingGroupName")]
    wanted = response._get_param("InstanceRefreshIds", [])
    told = getattr(group, "refreshes", [])
    shown = [each for each in told if not wanted or each["InstanceRefreshId"] in wanted]
    return ActionResult({"InstanceRefreshes": shown})


def disable_metrics_collection(response: Moto) -> EmptyResult:
    """Stop the metrics that are named, or all when none is."""
    groups = response.autoscaling_backend.autoscaling_groups
    group = groups[response._get_param("AutoScalingGroupName")]
    stopped = response._get_param("Metrics", []) or group.metrics
    group.metrics = [metric for metric in group.metrics if metric not in stopped]
    return EmptyResult()


ADDED: tuple[Addition, ...] = (
    (AutoScalingResponse, start_instance_refresh),
    (AutoScalingResponse, describe_instance_refreshes),
    (AutoScalingResponse, disable_metrics_collection),
)
