"""What moto lacks of EC2 and VPC."""

from functools import wraps
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.vpcs import VPCs
from moto.ec2.utils import parse_user_data
from moto.elbv2.models import elbv2_backends

from offline.moto_gaps.gap import Correction, Method, Moto


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


CORRECTED: tuple[Correction, ...] = (
    (LaunchTemplate, "create_version", _with_user_data_of_every_version),
    (SecurityGroupRule, "description", _of_rules_that_name_a_group),
    (EC2Backend, "modify_security_group_rules", _with_the_other_group),
    (EC2Backend, "run_instances", _as_the_template_says),
    (EC2Backend, "terminate_instances", _leaving_the_target_groups),
    (VPCs, "modify_vpc_endpoint", _with_private_dns),
)
