"""What moto lacks and the platform needs: filled in before moto serves.

A fault that merely hides a value is listed in offline/README.md instead. These ones break an
operation, or make the emulated account contradict itself.
"""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.vpcs import VPCs
from moto.ec2.utils import parse_user_data
from moto.elbv2.models import elbv2_backends
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.logs.responses import LogsResponse
from moto.moto_api._internal import mock_random
from moto.rds.models import RDSBackend
from moto.rds.responses import RDSResponse
from moto.s3.models import FakeBucket, FakeDeleteMarker

Moto = Any
"""An object of moto's; its classes are not written to be extended, so their types do not help."""

Method = Callable[..., Any]


def fill() -> None:
    """Change moto's classes in this process; to be called once."""
    added: tuple[tuple[type, Method], ...] = (
        (AutoScalingResponse, start_instance_refresh),
        (AutoScalingResponse, describe_instance_refreshes),
        (LogsResponse, associate_kms_key),
        (LogsResponse, disassociate_kms_key),
        (RDSResponse, reset_db_parameter_group),
        (FakeBucket, get_permission),
        (FakeDeleteMarker, dispose),
    )
    for owner, method in added:
        setattr(owner, method.__name__, method)
    corrected: tuple[tuple[type, str, Callable[[Any], Any]], ...] = (
        (LaunchTemplate, "create_version", _with_user_data_of_every_version),
        (SecurityGroupRule, "description", _of_rules_that_name_a_group),
        (EC2Backend, "modify_security_group_rules", _with_the_other_group),
        (EC2Backend, "run_instances", _as_the_template_says),
        (EC2Backend, "terminate_instances", _leaving_the_target_groups),
        (VPCs, "modify_vpc_endpoint", _with_private_dns),
        (RDSBackend, "modify_db_instance", _with_its_port),
        (RDSBackend, "modify_db_subnet_group", _keeping_the_group),
        (RDSBackend, "promote_read_replica", _leaving_its_source),
    )
    for owner, name, correct in corrected:
        setattr(owner, name, correct(getattr(owner, name)))


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


def associate_kms_key(response: Moto) -> str:
    """Encrypt what a log group receives from now on, with another key than before."""
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.kms_key_id = response._get_param("kmsKeyId")
    return ""


def disassociate_kms_key(response: Moto) -> str:
    """Encrypt what a log group receives from now on with AWS's own key."""
    group = response.logs_backend.groups[response._get_param("logGroupName")]
    group.kms_key_id = None
    return ""


def reset_db_parameter_group(response: Moto) -> ActionResult:
    """Give parameters their default values again."""
    name = response.params["DBParameterGroupName"]
    group = response.backend.db_parameter_groups[name]
    for parameter in response.params.get("Parameters", []):
        group.parameters.pop(parameter["ParameterName"], None)
    return ActionResult({"DBParameterGroupName": name})


def get_permission(bucket: Moto, action: str, resource: str) -> PermissionResult:
    """What a bucket's policy says; statements with conditions are left out.

    moto evaluates none of the conditions and then denies, so that a bucket which denies plain HTTP
    would take no object at all.
    """
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(bucket.policy)
    statements = [each for each in document["Statement"] if "Condition" not in each]
    policy = IAMPolicy(json.dumps({**document, "Statement": statements}))
    return policy.is_action_permitted(action, resource)


def dispose(marker: Moto) -> None:
    """Let go of a marker's contents, of which there are none; moto asks it as it asks objects."""


def _with_user_data_of_every_version(create_version: Method) -> Method:
    """moto parses the user data of a template's first version only, and cannot start another."""

    @wraps(create_version)
    def wrapper(template: Moto, data: dict[str, Any], description: str) -> Any:
        if isinstance(data.get("UserData"), str):
            data["UserData"] = parse_user_data(data["UserData"])
        return create_version(template, data, description)

    return wrapper


def _as_the_template_says(run_instances: Method) -> Method:
    """moto leaves out of a launch template what makes a server comply with our policies.

    It also gives every server started from a template a second, lost root disk, and lets network
    interfaces outlive their server.
    """

    @wraps(run_instances)
    def wrapper(backend: Moto, *args: Any, **kwargs: Any) -> Any:
        template = kwargs.get("launch_template")
        data: Moto = backend._get_template_from_args(template).data if template else {}
        if "BlockDeviceMappings" in data:
            kwargs.setdefault("block_device_mappings", data["BlockDeviceMappings"])
        if not kwargs.get("metadata_options"):
            kwargs["metadata_options"] = data.get("MetadataOptions", {})
        if data.get("Monitoring", {}).get("Enabled"):
            kwargs["monitoring_state"] = "enabled"
        reservation = run_instances(backend, *args, **kwargs)
        for instance in reservation.instances:
            for interface in instance.nics.values():
                interface.delete_on_termination = True
            if profile := data.get("IamInstanceProfile", {}).get("Arn"):
                backend.associate_iam_instance_profile(
                    instance.id, iam_instance_profile_arn=profile
                )
        return reservation

    return wrapper


def _of_rules_that_name_a_group(description: property) -> property:
    """moto tells it of rules that name addresses, and not of those that name a group."""

    def corrected(rule: Moto) -> str | None:
        return description.__get__(rule) or rule.source_group.get("Description")

    return property(corrected)


def _with_the_other_group(modify_security_group_rules: Method) -> Method:
    """moto changes a rule's ports and addresses, but not the group that it names."""

    @wraps(modify_security_group_rules)
    def wrapper(backend: Moto, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
        modify_security_group_rules(backend, group_id, rules)
        group: Moto = backend.get_security_group_by_name_or_id(group_id)
        for rule_id, change in rules.items():
            if "ReferencedGroupId" in change:
                described = {k: v for k, v in change.items() if k == "Description"}
                peer = {"GroupId": change["ReferencedGroupId"], **described}
                group.get_rule(rule_id).source_group = peer

    return wrapper


def _with_private_dns(modify_vpc_endpoint: Method) -> Method:
    """moto leaves private DNS of an endpoint as it was."""

    @wraps(modify_vpc_endpoint)
    def wrapper(response: Moto) -> ActionResult:
        result = modify_vpc_endpoint(response)
        wanted = response._get_bool_param("PrivateDnsEnabled")
        if wanted is not None:
            endpoints: Moto = response.ec2_backend.vpc_end_points
            endpoints[response._get_param("VpcEndpointId")].private_dns_enabled = wanted
        return result

    return wrapper


def _leaving_the_target_groups(terminate_instances: Method) -> Method:
    """moto lets servers that an Auto Scaling group ends be healthy targets for ever."""

    @wraps(terminate_instances)
    def wrapper(backend: Moto, instance_ids: list[str]) -> Any:
        terminated = terminate_instances(backend, instance_ids)
        load_balancing = elbv2_backends[backend.account_id][backend.region_name]
        load_balancing.notify_terminate_instances(instance_ids)
        for instance, _ in terminated:
            for interface in instance.nics.values():
                interface.delete_on_termination = False  # it is gone: let a second call pass
        return terminated

    return wrapper


def _with_its_port(modify_db_instance: Method) -> Method:
    """moto does not know under which name a change asks for another port."""

    @wraps(modify_db_instance)
    def wrapper(backend: Moto, identifier: str, request: dict[str, Any]) -> Any:
        if "db_port_number" in request:
            request["port"] = request["db_port_number"]
        return modify_db_instance(backend, identifier, request)

    return wrapper


def _keeping_the_group(modify_db_subnet_group: Method) -> Method:
    """moto forgets a subnet group when it changes it."""

    @wraps(modify_db_subnet_group)
    def wrapper(backend: Moto, *args: Any, **kwargs: Any) -> Any:
        group = modify_db_subnet_group(backend, *args, **kwargs)
        backend.subnet_groups[group.name] = group
        return group

    return wrapper


def _leaving_its_source(promote_read_replica: Method) -> Method:
    """moto's promoted replica still names its source, which then cannot lose it a second time."""

    @wraps(promote_read_replica)
    def wrapper(backend: Moto, request: dict[str, Any]) -> Any:
        replica = backend.databases[request["db_instance_identifier"]]
        source = replica.source_db_instance_identifier
        if source is not None:
            backend.find_db_from_id(source).remove_replica(replica)
            replica.source_db_instance_identifier = None
        return promote_read_replica(backend, request)

    return wrapper
