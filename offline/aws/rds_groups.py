"""RDS: the subnet groups that instances stand in, and the parameter groups that tune them."""

from collections.abc import Iterator, Mapping
from typing import Any

from offline.aws.rds import RETAG, TAGS
from offline.provider.api import invoke
from offline.provider.convert import tag_list
from offline.provider.table import ID, AutoName, Call, From, K, P, Read, Resource, Run, Scope

SUBNET_GROUP_SETTINGS: Mapping[str, Any] = {
    "DBSubnetGroupDescription": P("description"),
    "SubnetIds": P("subnetIds"),
}

READ_TAGS = Read("list_tags_for_resource", {"ResourceName": K("arn")}, "@", {"tags": TAGS})

SUBNET_GROUP = Resource(
    token="aws:rds/subnetGroup:SubnetGroup",
    service="rds",
    create=Call(
        "create_db_subnet_group",
        {
            "DBSubnetGroupName": P("name"),
            **SUBNET_GROUP_SETTINGS,
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "DBSubnetGroup.DBSubnetGroupArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    update=(
        Call("modify_db_subnet_group", {"DBSubnetGroupName": ID, **SUBNET_GROUP_SETTINGS}),
        RETAG,
    ),
    read=(
        Read(
            "describe_db_subnet_groups",
            {"DBSubnetGroupName": ID},
            "DBSubnetGroups[0]",
            {
                "name": "DBSubnetGroupName",
                "arn": "DBSubnetGroupArn",
                "description": "DBSubnetGroupDescription",
                "subnetIds": "Subnets[].SubnetIdentifier",
                "vpcId": "VpcId",
            },
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_db_subnet_group", {"DBSubnetGroupName": ID}),),
    gone=("DBSubnetGroupNotFoundFault",),
)

PARAMETERS_A_CALL = 20
"""How many parameters RDS lets one call change."""


def _portions(parameters: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(parameters), PARAMETERS_A_CALL):
        yield parameters[start : start + PARAMETERS_A_CALL]


def _parameter(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ParameterName": given["name"],
        "ParameterValue": given["value"],
        "ApplyMethod": given.get("applyMethod", "immediate"),
    }


def _change_parameters(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    group = {"DBParameterGroupName": new["id"]}
    wanted = new["parameters"]
    names = {parameter["name"] for parameter in wanted}
    changed = [_parameter(each) for each in wanted if each not in old.get("parameters", [])]
    for portion in _portions(changed):
        invoke(client, "modify_db_parameter_group", {**group, "Parameters": portion})
    stale = [
        {"ParameterName": each["name"], "ApplyMethod": "pending-reboot"}
        for each in old.get("parameters", [])
        if each["name"] not in names
    ]
    for portion in _portions(stale):
        invoke(client, "reset_db_parameter_group", {**group, "Parameters": portion})
    return {}


def _told_parameters(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": each["ParameterName"],
            "value": each["ParameterValue"],
            "applyMethod": each["ApplyMethod"],
        }
        for each in told
    ]


PARAMETER_GROUP = Resource(
    token="aws:rds/parameterGroup:ParameterGroup",
    service="rds",
    create=Call(
        "create_db_parameter_group",
        {
            "DBParameterGroupName": P("name"),
            "DBParameterGroupFamily": P("family"),
            "Description": P("description"),
            "Tags": P("tags", tag_list),
        },
        returns={"arn": "DBParameterGroup.DBParameterGroupArn"},
    ),
    id="{name}",
    auto_name=AutoName(max_length=255),
    configure=(Run(_change_parameters, uses=(P("parameters", default=[]),)),),
    update=(RETAG,),
    read=(
        Read(
            "describe_db_parameter_groups",
            {"DBParameterGroupName": ID},
            "DBParameterGroups[0]",
            {
                "name": "DBParameterGroupName",
                "arn": "DBParameterGroupArn",
                "family": "DBParameterGroupFamily",
                "description": "Description",
            },
        ),
        Read(
            "describe_db_parameters",
            {"DBParameterGroupName": ID, "Source": "user"},
            "@",
            {"parameters": From("Parameters", _told_parameters)},
        ),
        READ_TAGS,
    ),
    delete=(Call("delete_db_parameter_group", {"DBParameterGroupName": ID}),),
    gone=("DBParameterGroupNotFound",),
)

RESOURCES: tuple[Resource, ...] = (SUBNET_GROUP, PARAMETER_GROUP)
