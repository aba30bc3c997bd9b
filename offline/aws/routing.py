"""EC2's ways in and out of a VPC: gateways, their addresses, and the tables that route to them."""

from collections.abc import Mapping
from typing import Any

from offline.aws.vpc import RETAG, TAGS, tagged
from offline.provider.api import invoke
from offline.provider.table import ID, Call, K, P, Read, Resource, Run, Scope


def _attach(client: Any, new: Scope, old: Scope) -> Mapping[str, Any]:
    """A gateway belongs to one VPC at a time."""
    gateway = {"InternetGatewayId": new["id"]}
    if left := old.get("vpcId"):
        invoke(client, "detach_internet_gateway", {**gateway, "VpcId": left})
    if joined := new["vpcId"]:
        invoke(client, "attach_internet_gateway", {**gateway, "VpcId": joined})
    return {}


def _detach(client: Any, state: Scope, _: Scope) -> Mapping[str, Any]:
    return _attach(client, {**state, "vpcId": ""}, state)


INTERNET_GATEWAY = Resource(
    token="aws:ec2/internetGateway:InternetGateway",
    service="ec2",
    create=Call(
        "create_internet_gateway",
        {"TagSpecifications": tagged("internet-gateway")},
        returns={"id": "InternetGateway.InternetGatewayId"},
    ),
    configure=(Run(_attach, uses=(P("vpcId", default=""),)),),
    update=(RETAG,),
    read=(
        Read(
            "describe_internet_gateways",
            {"InternetGatewayIds": [ID]},
            "InternetGateways[0]",
            {"vpcId": "Attachments[0].VpcId || ''", "ownerId": "OwnerId", "tags": TAGS},
        ),
    ),
    delete=(
        Run(_detach),
        Call("delete_internet_gateway", {"InternetGatewayId": ID}),
    ),
    gone=("InvalidInternetGatewayID.NotFound", "Gateway.NotAttached"),
)

EIP = Resource(
    token="aws:ec2/eip:Eip",
    service="ec2",
    create=Call(
        "allocate_address",
        {"Domain": P("domain"), "TagSpecifications": tagged("elastic-ip")},
        returns={"id": "AllocationId"},
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_addresses",
            {"AllocationIds": [ID]},
            "Addresses[0]",
            {
                "domain": "Domain",
                "publicIp": "PublicIp",
                "allocationId": "AllocationId",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("release_address", {"AllocationId": ID}),),
    gone=("InvalidAllocationID.NotFound",),
)

NAT_GATEWAY = Resource(
    token="aws:ec2/natGateway:NatGateway",
    service="ec2",
    create=Call(
        "create_nat_gateway",
        {
            "AllocationId": P("allocationId"),
            "SubnetId": P("subnetId"),
            "ConnectivityType": P("connectivityType"),
            "TagSpecifications": tagged("natgateway"),
        },
        returns={"id": "NatGateway.NatGatewayId"},
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_nat_gateways",
            {"NatGatewayIds": [ID]},
            "NatGateways[?State != 'deleted'] | [0]",
            {
                "subnetId": "SubnetId",
                "connectivityType": "ConnectivityType",
                "allocationId": "NatGatewayAddresses[0].AllocationId",
                "publicIp": "NatGatewayAddresses[0].PublicIp",
                "privateIp": "NatGatewayAddresses[0].PrivateIp",
                "tags": TAGS,
            },
        ),
    ),
    delete=(Call("delete_nat_gateway", {"NatGatewayId": ID}),),
    gone=("NatGatewayNotFound", "InvalidNatGatewayID.NotFound"),
)

ROUTE_TABLE = Resource(
    token="aws:ec2/routeTable:RouteTable",
    service="ec2",
    create=Call(
        "create_route_table",
        {"VpcId": P("vpcId"), "TagSpecifications": tagged("route-table")},
        returns={"id": "RouteTable.RouteTableId"},
    ),
    update=(RETAG,),
    read=(
        Read(
            "describe_route_tables",
            {"RouteTableIds": [ID]},
            "RouteTables[0]",
            {"vpcId": "VpcId", "ownerId": "OwnerId", "tags": TAGS},
        ),
    ),
    delete=(Call("delete_route_table", {"RouteTableId": ID}),),
    gone=("InvalidRouteTableID.NotFound",),
)

ROUTE_REQUEST: Mapping[str, Any] = {
    "RouteTableId": P("routeTableId", replaces=True),
    "DestinationCidrBlock": P("destinationCidrBlock", replaces=True),
    "GatewayId": P("gatewayId"),
    "NatGatewayId": P("natGatewayId"),
}

ROUTE = Resource(
    token="aws:ec2/route:Route",
    service="ec2",
    create=Call("create_route", ROUTE_REQUEST),
    id="r-{routeTableId}_{destinationCidrBlock}",
    update=(Call("replace_route", ROUTE_REQUEST),),
    delete_before_replace=True,
    read=(
        Read(
            "describe_route_tables",
            {
                "RouteTableIds": [K("routeTableId")],
            },
            "RouteTables[0].Routes[?DestinationCidrBlock == '$destinationCidrBlock'] | [0]",
            {
                "destinationCidrBlock": "DestinationCidrBlock",
                "gatewayId": "GatewayId",
                "natGatewayId": "NatGatewayId",
                "origin": "Origin",
                "state": "State",
            },
        ),
    ),
    delete=(
        Call(
            "delete_route",
            {
                "RouteTableId": K("routeTableId"),
                "DestinationCidrBlock": K("destinationCidrBlock"),
            },
        ),
    ),
    gone=("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"),
)

ROUTE_TABLE_ASSOCIATION = Resource(
    token="aws:ec2/routeTableAssociation:RouteTableAssociation",
    service="ec2",
    create=Call(
        "associate_route_table",
        {"RouteTableId": P("routeTableId"), "SubnetId": P("subnetId")},
        returns={"id": "AssociationId"},
    ),
    delete_before_replace=True,
    read=(
        Read(
            "describe_route_tables",
            {"Filters": [{"Name": "association.route-table-association-id", "Values": [ID]}]},
            "RouteTables[0].Associations[?RouteTableAssociationId == '$id'] | [0]",
            {"routeTableId": "RouteTableId", "subnetId": "SubnetId"},
        ),
    ),
    delete=(Call("disassociate_route_table", {"AssociationId": ID}),),
    gone=("InvalidAssociationID.NotFound",),
)

RESOURCES: tuple[Resource, ...] = (
    INTERNET_GATEWAY,
    EIP,
    NAT_GATEWAY,
    ROUTE_TABLE,
    ROUTE,
    ROUTE_TABLE_ASSOCIATION,
)
