"""A stack's state as the Terraform plan that would make the same resources.

Pulumi's AWS provider is made from Terraform's, so types and properties have Terraform's names in
another spelling: `aws:ec2/launchTemplate:LaunchTemplate` is `aws_launch_template`, and
`vpcSecurityGroupIds` is `vpc_security_group_ids`. What is spelled in no regular way is listed here.
The form is that of `terraform show -json`, of which checkov reads more than of a configuration.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

Resource = Mapping[str, Any]
"""One resource of a state, as `pulumi stack export` writes it."""

PROVIDER = "registry.terraform.io/hashicorp/aws"

MARK = "4dabf18193072939515e22adb298388d"
"""The key by which a state marks secrets, assets and archives."""

MODULES: Mapping[str, str] = {"cfg": "config", "ec2": "", "rds": "db"}
"""Modules that Terraform's types name otherwise, or not at all."""

TYPES: Mapping[str, str] = {
    "aws:cfg/recorder:Recorder": "aws_config_configuration_recorder",
    "aws:cfg/recorderStatus:RecorderStatus": "aws_config_configuration_recorder_status",
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:ec2/subnetCidrReservation:SubnetCidrReservation": "aws_ec2_subnet_cidr_reservation",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (
        "aws_s3_bucket_replication_configuration"
    ),
}

SINGULAR: Mapping[str, str] = {
    "aliases": "alias",
    "metricQueries": "metric_query",
    "startsWiths": "starts_with",
    "vpcZoneIdentifiers": "vpc_zone_identifier",
}
"""Lists that Terraform names in the singular, and not by leaving out an s."""

PLURAL = frozenset({"blockDeviceMappings", "networkInterfaces", "tagSpecifications", "targets"})
"""Blocks that Terraform names in the plural, too."""

NAMES: Mapping[str, str] = {
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_lambda_function": "function_name",
}
"""Types whose `name` has a longer name."""

FREE = frozenset({"tags", "dimensions", "variables", "parameters"})
"""Maps whose keys people choose."""

TOLD = ("id", "arn")
"""The outputs by which other resources name one."""


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A plan in the form of `terraform show -json`.

    Attributes:
        document: the plan.
        urns: the URN of each resource, by Terraform's address.
    """

    document: Mapping[str, Any]
    urns: Mapping[str, str]


def render(resources: Sequence[Resource]) -> Rendering:
    """Every resource of AWS; Terraform has no components, and no policy is about random values."""
    ours = [each for each in resources if each["type"].startswith("aws:")]
    addresses = dict(_addresses(ours))
    made = _made(ours, addresses)
    planned: list[Any] = []
    changes: list[Any] = []
    configured: list[Any] = []
    for each in ours:
        address = addresses[each["urn"]]
        kind, name = address.split(".")
        values = dict(_values(kind, each["inputs"]))
        about = {"address": address, "mode": "managed", "type": kind, "name": name}
        planned.append({**about, "provider_name": PROVIDER, "values": values})
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
        changes.append({**about, "provider_name": PROVIDER, "change": change})
        expressions = {key: {"references": _references(values[key], made)} for key in values}
        configured.append({**about, "provider_config_key": "aws", "expressions": expressions})
    document = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": PROVIDER}},
            "root_module": {"resources": configured},
        },
    }
    return Rendering(document=document, urns={to: urn for urn, to in addresses.items()})


def terraform_type(token: str) -> str:
    """What Terraform calls a type of Pulumi's AWS provider."""
    if token in TYPES:
        return TYPES[token]
    module, _, name = token.split(":")[1].partition("/")
    return "_".join(["aws", *filter(None, [MODULES.get(module, module)]), snake(name)])


def snake(name: str) -> str:
    """`vpcSecurityGroupIds` → `vpc_security_group_ids`."""
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


def _addresses(resources: Sequence[Resource]) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for each in resources:
        name = re.sub(r"\W", "_", each["urn"].rpartition("::")[2])
        address = f"{terraform_type(each['type'])}.{name}"
        while address in taken:
            address += "_"
        taken.add(address)
        yield each["urn"], address


def _made(resources: Sequence[Resource], addresses: Mapping[str, str]) -> dict[str, str]:
    """The reference by which Terraform names a value that a resource made."""
    made: dict[str, str] = {}
    for each in resources:
        for output in TOLD:
            value = each["outputs"].get(output)
            if isinstance(value, str):
                # The first: what configures a bucket has the bucket's name as its own identifier.
                made.setdefault(value, f"{addresses[each['urn']]}.{output}")
    return made


def _references(value: Any, made: Mapping[str, str]) -> list[str]:
    """What a plan says of a property: each value that it takes, and the resource that is of."""
    if isinstance(value, str):
        return [made[value], made[value].rpartition(".")[0]] if value in made else []
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return [found for each in cast("list[Any]", value) for found in _references(each, made)]
    return []


def _values(kind: str, properties: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A resource's properties, or those of a block inside it, with Terraform's names."""
    for key, value in properties.items():
        # The engine's own notes, and what a state encrypts or keeps as a file.
        if key.startswith("__") or (isinstance(value, dict) and MARK in value):
            continue
        name = NAMES.get(kind, key) if key == "name" else _name(key, value)
        if isinstance(value, dict) and key not in FREE:
            # Pulumi takes a block that there is once at most out of its list.
            yield name, [dict(_values("", cast("dict[str, Any]", value)))]
        elif isinstance(value, list):
            yield name, [_item(each) for each in cast("list[Any]", value)]
        else:
            yield name, value


def _item(value: Any) -> Any:
    return dict(_values("", cast("dict[str, Any]", value))) if isinstance(value, dict) else value


def _name(key: str, value: Any) -> str:
    if key in SINGULAR:
        return SINGULAR[key]
    blocks = isinstance(value, list) and any(
        isinstance(each, dict) for each in cast("list[Any]", value)
    )
    return snake(key.removesuffix("s") if blocks and key not in PLURAL else key)
