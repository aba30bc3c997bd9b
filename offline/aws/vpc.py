"""EC2's networks: VPCs, subnets, endpoints and flow logs."""

from collections.abc import Mapping
from typing import Any

from offline.aws.tags import retag
from offline.provider.api import invoke
from offline.provider.convert import tag_list, tag_map
from offline.provider.table import ID, Call, From, K, P, Read, Resource, Run, Scope

TAGS = From("Tags || `[]`", tag_map)

RETAG = retag(
    "create_tags",
    "delete_tags",
    {"Resources": [ID]},
    keys_as=lambda keys: [{"Key": key} for key in keys],
    keys_name="Tags",
)


def tagged(kind: str) -> P:
    """The tags of a new resource, which EC2 takes together with the resource's type."""

    def specification(tags: Mapping[str, str]) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": tag_list(tags)}] if tags else []

    return P("tags", specification)


def attribute(operation: str, key: str, name: str, source: str) -> Call:
    """EC2 changes one attribute of a VPC or subnet a call."""
    return Call(operation, {key: ID, name: {"Value": P(source, default=False)}})


def read_vpc_attribute(name: str, source: str) -> Read:
    request = {"VpcId": ID, "Attribute": name}
    path = f"{name[:1].upper()}{name[1:]}.Value"
    return Read("describe_vpc_attribute", request, "@", {source: path})


VPC = Resource(
    token="aws:ec2/vpc:Vpc",
    service="ec2",
    create=Call(
        "create_vpc",
        {
            "CidrBlock": P("cidrBlock"),
            "InstanceTenancy": P("instanceTenancy"),
            "TagSpecifications": tagged("vpc"),
        },
        returns={"id": "Vpc.VpcId"},
    ),
    configure=(
        attribute("modify_vpc_attribute", "VpcId", "EnableDnsSupport", "enableDnsSupport"),
        attribute("modify_vpc_attribute", "VpcId", "EnableDnsHostnames", "enableDnsHostnames"),
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_vpcs",
            {"VpcIds": [ID]},
            "Vpcs[0]",
            {
                "cidrBlock": "CidrBlock",
                "instanceTenancy": "InstanceTenancy",
                "ownerId": "OwnerId",
                "tags": TAGS,
            },
        ),
        read_vpc_attribute("enableDnsSupport", "enableDnsSupport"),
        read_vpc_attribute("enableDnsHostnames", "enableDnsHostnames"),
        Read(
            "describe_security_groups",
            {
                "Filters": [
                    {"Name": "vpc-id", "Values": [ID]},
                    {"Name": "group-name", "Values": ["default"]},
                ]
            },
            "SecurityGroups[0]",
            {"defaultSecurityGroupId": "GroupId"},
        ),
    ),
    delete=(Call("delete_vpc", {"VpcId": ID}),),
    gone=("InvalidVpcID.NotFound",),
)

SUBNET = Resource(
    token="aws:ec2/subnet:Subnet",
    service="ec2",
    create=Call(
        "create_subnet",
        {
            "VpcId": P("vpcId"),
            "CidrBlock": P("cidrBlock"),
            "AvailabilityZone": P("availabilityZone"),
            "TagSpecifications": tagged("subnet"),
        },
        returns={"id": "Subnet.SubnetId"},
    ),
    configure=(
        attribute(
            "modify_subnet_attribute", "SubnetId", "MapPublicIpOnLaunch", "mapPublicIpOnLaunch"
        ),
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_subnets",
            {"SubnetIds": [ID]},
            "Subnets[0]",
            {
                "vpcId": "VpcId",
                "cidrBlock": "CidrBlock",
                "availabilityZone": "AvailabilityZone",
                "availabilityZoneId": "AvailabilityZoneId",
                "mapPublicIpOnLaunch": "MapPublicIpOnLaunch",
                "arn": "SubnetArn",
                "ownerId": "OwnerId",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_subnet", {"SubnetId": ID}),),
    gone=("InvalidSubnetID.NotFound",),
)


def _changed_members(property_name: str, add_as: str, remove_as: str) -> Run:
    """An endpoint takes what joins and what leaves its lists, never the whole list."""

    def step(client: Any, new: Scope, old: Scope) -> dict[str, Any]:
        wanted, present = set(new.get(property_name, [])), set(old.get(property_name, []))
        change = {add_as: sorted(wanted - present), remove_as: sorted(present - wanted)}
        request = {name: ids for name, ids in change.items() if ids}
        if request:
            invoke(client, "modify_vpc_endpoint", {"VpcEndpointId": new["id"], **request})
        return {}

    return Run(step, uses=(P(property_name, default=[]),))


VPC_ENDPOINT = Resource(
    token="aws:ec2/vpcEndpoint:VpcEndpoint",
    service="ec2",
    create=Call(
        "create_vpc_endpoint",
        {
            "VpcId": P("vpcId"),
            "ServiceName": P("serviceName"),
            "VpcEndpointType": P("vpcEndpointType"),
            "PolicyDocument": P("policy"),
            "RouteTableIds": P("routeTableIds"),
            "SubnetIds": P("subnetIds"),
            "SecurityGroupIds": P("securityGroupIds"),
            "PrivateDnsEnabled": P("privateDnsEnabled"),
            "TagSpecifications": tagged("vpc-endpoint"),
        },
        returns={"id": "VpcEndpoint.VpcEndpointId"},
    ),
    update=(
        Call(
            "modify_vpc_endpoint",
            {
                "VpcEndpointId": ID,
                "PolicyDocument": P("policy"),
                "PrivateDnsEnabled": P("privateDnsEnabled", default=False),
            },
        ),
        _changed_members("routeTableIds", "AddRouteTableIds", "RemoveRouteTableIds"),
        _changed_members("subnetIds", "AddSubnetIds", "RemoveSubnetIds"),
        _changed_members("securityGroupIds", "AddSecurityGroupIds", "RemoveSecurityGroupIds"),
        RETAG,
    ),
    read=(
        Read(
            "describe_vpc_endpoints",
            {"VpcEndpointIds": [ID]},
            "VpcEndpoints[?State != 'deleted'] | [0]",
            {
                "vpcId": "VpcId",
                "serviceName": "ServiceName",
                "vpcEndpointType": "VpcEndpointType",
                "policy": "PolicyDocument",
                "routeTableIds": "RouteTableIds",
                "subnetIds": "SubnetIds",
                "securityGroupIds": "Groups[].GroupId",
                "privateDnsEnabled": "PrivateDnsEnabled",
                "state": "State",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_vpc_endpoints", {"VpcEndpointIds": [ID]}),),
    # The second is moto's answer when an endpoint is already deleted, and its routes with it.
    gone=("InvalidVpcEndpointId.NotFound", "InvalidRoute.NotFound"),
)

FLOW_LOG = Resource(
    token="aws:ec2/flowLog:FlowLog",
    service="ec2",
    create=Call(
        "create_flow_logs",
        {
            "ResourceIds": P("vpcId", lambda vpc: [vpc]),
            "ResourceType": "VPC",
            "TrafficType": P("trafficType"),
            "LogDestinationType": P("logDestinationType"),
            "LogDestination": P("logDestination"),
            "DeliverLogsPermissionArn": P("iamRoleArn"),
            "MaxAggregationInterval": P("maxAggregationInterval"),
            "TagSpecifications": tagged("vpc-flow-log"),
        },
        returns={"id": "FlowLogIds[0]"},
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_flow_logs",
            {"FlowLogIds": [ID]},
            "FlowLogs[0]",
            {
                "vpcId": "ResourceId",
                "trafficType": "TrafficType",
                "logDestinationType": "LogDestinationType",
                "logDestination": "LogDestination",
                "iamRoleArn": "DeliverLogsPermissionArn",
                "maxAggregationInterval": "MaxAggregationInterval",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_flow_logs", {"FlowLogIds": [ID]}),),
    gone=("InvalidFlowLogId.NotFound",),
)

SUBNET_CIDR_RESERVATION = Resource(
    token="aws:ec2/subnetCidrReservation:SubnetCidrReservation",
    service="ec2",
    create=Call(
        "create_subnet_cidr_reservation",
        {
            "SubnetId": P("subnetId"),
            "Cidr": P("cidrBlock"),
            "ReservationType": P("reservationType"),
            "Description": P("description"),
        },
        returns={"id": "SubnetCidrReservation.SubnetCidrReservationId"},
    ),
    read=(
        Read(
            "get_subnet_cidr_reservations",
            {"SubnetId": K("subnetId")},
            "SubnetIpv4CidrReservations[?SubnetCidrReservationId == '$id'] | [0]",
            {
                "subnetId": "SubnetId",
                "cidrBlock": "Cidr",
                "reservationType": "ReservationType",
                "description": "Description",
                "ownerId": "OwnerId",
            },
        ),
    ),
    delete=(Call("delete_subnet_cidr_reservation", {"SubnetCidrReservationId": ID}),),
    gone=("InvalidSubnetID.NotFound", "InvalidSubnetCidrReservationID.NotFound"),
)

RESOURCES: tuple[Resource, ...] = (
    VPC,
    SUBNET,
    VPC_ENDPOINT,
    FLOW_LOG,
    SUBNET_CIDR_RESERVATION,
)
