"""EC2's security groups, and their rules one by one."""

from collections.abc import Mapping
from typing import Any

from offline.aws.vpc import RETAG, TAGS, tagged
from offline.provider.api import invoke
from offline.provider.table import ID, AutoName, Call, P, Read, Resource, Run, Scope, When


def _revoke_all(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """Take away every rule of a group: an AWS group begins with one that lets all traffic out."""
    group_id = new["id"]
    found = invoke(
        client,
        "describe_security_group_rules",
        {"Filters": [{"Name": "group-id", "Values": [group_id]}]},
    )
    for operation, egress in (
        ("revoke_security_group_egress", True),
        ("revoke_security_group_ingress", False),
    ):
        rules = [
            rule["SecurityGroupRuleId"]
            for rule in found["SecurityGroupRules"]
            if rule["IsEgress"] is egress
        ]
        if rules:
            invoke(client, operation, {"GroupId": group_id, "SecurityGroupRuleIds": rules})
    return {}


def _create_group(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    tags = tagged("security-group").convert(new.get("tags", {}))
    request = {
        "GroupName": new["name"],
        "Description": new.get("description", "Managed by Pulumi"),
        "VpcId": new["vpcId"],
        **({"TagSpecifications": tags} if tags else {}),
    }
    return {"id": invoke(client, "create_security_group", request)["GroupId"]}


def _adopt_default_group(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    filters = [
        {"Name": "vpc-id", "Values": [new["vpcId"]]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    group = invoke(client, "describe_security_groups", {"Filters": filters})["SecurityGroups"][0]
    return {"id": group["GroupId"]}


READ_GROUP = Read(
    "describe_security_groups",
    {"GroupIds": [ID]},
    "SecurityGroups[0]",
    {
        "name": "GroupName",
        "description": "Description",
        "vpcId": "VpcId",
        "ownerId": "OwnerId",
        "arn": "SecurityGroupArn",
        "tags": TAGS,
    },
)

SECURITY_GROUP = Resource(
    token="aws:ec2/securityGroup:SecurityGroup",
    service="ec2",
    create=Run(_create_group, uses=(P("name"), P("description"), P("vpcId"), P("tags"))),
    auto_name=AutoName(max_length=255),
    configure=(Run(_revoke_all),),
    update=(RETAG,),
    read=(READ_GROUP,),
    delete=(Call("delete_security_group", {"GroupId": ID}),),
    gone=("InvalidGroup.NotFound",),
)

DEFAULT_SECURITY_GROUP = Resource(
    token="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    service="ec2",
    create=Run(_adopt_default_group, uses=(P("vpcId"),)),
    configure=(Run(_revoke_all), RETAG),
    read=(READ_GROUP,),
    # AWS deletes it with its VPC and not before.
    gone=("InvalidGroup.NotFound",),
)

PORTS: Mapping[str, Any] = {
    "IpProtocol": P("ipProtocol"),
    "FromPort": P("fromPort"),
    "ToPort": P("toPort"),
}
DESCRIBED: Mapping[str, Any] = {"Description": P("description")}

NEW_RULE: Mapping[str, Any] = {
    **PORTS,
    "IpRanges": When("cidrIpv4", [{"CidrIp": P("cidrIpv4"), **DESCRIBED}]),
    "UserIdGroupPairs": When(
        "referencedSecurityGroupId", [{"GroupId": P("referencedSecurityGroupId"), **DESCRIBED}]
    ),
}

MODIFY_RULE = Call(
    "modify_security_group_rules",
    {
        "GroupId": P("securityGroupId", replaces=True),
        "SecurityGroupRules": [
            {
                "SecurityGroupRuleId": ID,
                "SecurityGroupRule": {
                    **PORTS,
                    **DESCRIBED,
                    "CidrIpv4": P("cidrIpv4"),
                    "ReferencedGroupId": P("referencedSecurityGroupId"),
                },
            }
        ],
    },
)

READ_RULE = Read(
    "describe_security_group_rules",
    {"SecurityGroupRuleIds": [ID]},
    "SecurityGroupRules[0]",
    {
        "securityGroupId": "GroupId",
        "securityGroupRuleId": "SecurityGroupRuleId",
        "ipProtocol": "IpProtocol",
        "fromPort": "FromPort",
        "toPort": "ToPort",
        "cidrIpv4": "CidrIpv4",
        "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
        "description": "Description",
        "arn": "SecurityGroupRuleArn",
        "tags": TAGS,
    },
)


def _rule(token: str, direction: str) -> Resource:
    return Resource(
        token=token,
        service="ec2",
        create=Call(
            f"authorize_security_group_{direction}",
            {
                "GroupId": P("securityGroupId"),
                "IpPermissions": [NEW_RULE],
                "TagSpecifications": tagged("security-group-rule"),
            },
            returns={"id": "SecurityGroupRules[0].SecurityGroupRuleId"},
        ),
        update=(MODIFY_RULE, RETAG),
        read=(READ_RULE,),
        delete=(
            Call(
                f"revoke_security_group_{direction}",
                {"GroupId": P("securityGroupId"), "SecurityGroupRuleIds": [ID]},
            ),
        ),
        # "You cannot change the rule's source type", says the API.
        alternatives=frozenset({"cidrIpv4", "referencedSecurityGroupId"}),
        gone=(
            "InvalidSecurityGroupRuleId.NotFound",
            "InvalidGroup.NotFound",
            "InvalidPermission.NotFound",
        ),
    )


RESOURCES: tuple[Resource, ...] = (
    SECURITY_GROUP,
    DEFAULT_SECURITY_GROUP,
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "ingress"),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "egress"),
)
