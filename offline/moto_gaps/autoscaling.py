"""What moto lacks of Auto Scaling."""

from functools import wraps
from typing import Any

from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

from offline.moto_gaps.gap import Addition, Correction, Method, Moto


def _group(response: Moto) -> Moto:
    name = response._get_param("AutoScalingGroupName")
    group = response.autoscaling_backend.autoscaling_groups.get(name)
    if group is None:
        raise ValidationError(f"AutoScalingGroup name not found - AutoScalingGroup {name}")
    return group


def start_instance_refresh(response: Moto) -> ActionResult:
    """Replace every server of a group at once, where AWS would take a few at a time."""
    group, asked = _group(response), response._get_params()
    before = group.launch_template
    if wanted := asked.get("DesiredConfiguration", {}).get("LaunchTemplate"):
        _choose(group, wanted)
    skips = asked.get("Preferences", {}).get("SkipMatching", False)
    if not (skips and group.launch_template == before):
        for state in list(group.instance_states):
            backend: Moto = response.autoscaling_backend
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


def _choose(group: Moto, wanted: dict[str, Any]) -> None:
    """Give the group another version of a template; AWS knows at once when there is none."""
    template = group.ec2_backend.get_launch_template(wanted["LaunchTemplateId"])
    version = str(wanted.get("Version", "$Default"))
    if version.isdigit() and int(version) not in range(1, template.latest_version_number + 1):
        raise ValidationError(f"The launch template has no version {version}.")
    group._set_launch_configuration(None, wanted, None)


def describe_instance_refreshes(response: Moto) -> ActionResult:
    """The refreshes of a group, the newest first."""
    wanted = response._get_param("InstanceRefreshIds", [])
    told = getattr(_group(response), "refreshes", [])
    shown = [each for each in told if not wanted or each["InstanceRefreshId"] in wanted]
    return ActionResult({"InstanceRefreshes": shown})


def disable_metrics_collection(response: Moto) -> EmptyResult:
    """Stop the metrics that are named, or all when none is."""
    group = _group(response)
    stopped = response._get_param("Metrics", []) or group.metrics
    group.metrics = [metric for metric in group.metrics if metric not in stopped]
    return EmptyResult()


def _as_asked(create_auto_scaling_group: Method) -> Method:
    """moto takes a grace period of 0 for none given, and leaves out hooks of a new group."""

    @wraps(create_auto_scaling_group)
    def wrapper(response: Moto) -> Any:
        result = create_auto_scaling_group(response)
        group, asked = _group(response), response._get_params()
        if asked.get("HealthCheckGracePeriod") is not None:
            group.health_check_grace_period = int(asked["HealthCheckGracePeriod"])
        for hook in asked.get("LifecycleHookSpecificationList", []):
            response.autoscaling_backend.create_lifecycle_hook(
                name=hook["LifecycleHookName"],
                as_name=group.name,
                transition=hook["LifecycleTransition"],
                timeout=hook.get("HeartbeatTimeout"),
                result=hook.get("DefaultResult"),
            )
        return result

    return wrapper


ADDED: tuple[Addition, ...] = (
    (AutoScalingResponse, start_instance_refresh),
    (AutoScalingResponse, describe_instance_refreshes),
    (AutoScalingResponse, disable_metrics_collection),
)

CORRECTED: tuple[Correction, ...] = ((AutoScalingResponse, "create_auto_scaling_group", _as_asked),)
