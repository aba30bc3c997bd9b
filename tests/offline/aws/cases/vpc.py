"""EC2's networking."""

from tests.offline.aws.account import NEW_TAGS, REGION, TAGS, Account, Case, MakeCase, State


def a_vpc(account: Account) -> str:
    return account.create("aws:ec2/vpc:Vpc", cidrBlock="10.0.0.0/16")["id"]


def a_subnet(account: Account, vpc_id: str, cidr: str = "10.0.1.0/24") -> str:
    return account.create(
        "aws:ec2/subnet:Subnet", vpcId=vpc_id, cidrBlock=cidr, availabilityZone=f"{REGION}a"
    )["id"]


def a_gateway(account: Account, vpc_id: str) -> str:
    return account.create("aws:ec2/internetGateway:InternetGateway", vpcId=vpc_id)["id"]


def a_route_table(account: Account, vpc_id: str) -> str:
    return account.create("aws:ec2/routeTable:RouteTable", vpcId=vpc_id)["id"]


def tag_behind_the_back(account: Account, state: State) -> None:
    account.client("ec2").create_tags(
        Resources=[state["id"]], Tags=[{"Key": "Sneaked", "Value": "in"}]
    )


TAG_DRIFT = {"tags": {**TAGS, "Sneaked": "in"}}


def vpc(account: Account) -> Case:
    ec2 = account.client("ec2")
    return Case(
        token="aws:ec2/vpc:Vpc",
        inputs={
            "cidrBlock": "10.0.0.0/16",
            "enableDnsSupport": True,
            "enableDnsHostnames": True,
            "tags": TAGS,
        },
        changes={"enableDnsSupport": False, "enableDnsHostnames": False, "tags": NEW_TAGS},
        meddle=lambda state: ec2.modify_vpc_attribute(
            VpcId=state["id"], EnableDnsHostnames={"Value": False}
        ),
        drift={"enableDnsHostnames": False},
    )


def subnet(account: Account) -> Case:
    return Case(
        token="aws:ec2/subnet:Subnet",
        inputs={
            "vpcId": a_vpc(account),
            "cidrBlock": "10.0.1.0/24",
            "availabilityZone": f"{REGION}a",
            "mapPublicIpOnLaunch": True,
            "tags": TAGS,
        },
        changes={"mapPublicIpOnLaunch": False, "tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def internet_gateway(account: Account) -> Case:
    return Case(
        token="aws:ec2/internetGateway:InternetGateway",
        inputs={"vpcId": a_vpc(account), "tags": TAGS},
        changes={"vpcId": a_vpc(account), "tags": NEW_TAGS},
        meddle=lambda state: account.client("ec2").detach_internet_gateway(
            InternetGatewayId=state["id"], VpcId=state["vpcId"]
        ),
        drift={"vpcId": ""},
    )


def eip(account: Account) -> Case:
    return Case(
        token="aws:ec2/eip:Eip",
        inputs={"domain": "vpc", "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def nat_gateway(account: Account) -> Case:
    vpc_id = a_vpc(account)
    a_gateway(account, vpc_id)
    return Case(
        token="aws:ec2/natGateway:NatGateway",
        inputs={
            "allocationId": account.create("aws:ec2/eip:Eip", domain="vpc")["id"],
            "subnetId": a_subnet(account, vpc_id),
            "tags": TAGS,
        },
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def route_table(account: Account) -> Case:
    return Case(
        token="aws:ec2/routeTable:RouteTable",
        inputs={"vpcId": a_vpc(account), "tags": TAGS},
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def route(account: Account) -> Case:
    ec2, vpc_id = account.client("ec2"), a_vpc(account)
    gateway, table = a_gateway(account, vpc_id), a_route_table(account, vpc_id)
    other = account.create(
        "aws:ec2/natGateway:NatGateway",
        allocationId=account.create("aws:ec2/eip:Eip", domain="vpc")["id"],
        subnetId=a_subnet(account, vpc_id),
    )["id"]
    # A route of somebody else's in the same table must not be taken for ours.
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.9.0.0/16", NatGatewayId=other)
    return Case(
        token="aws:ec2/route:Route",
        inputs={"routeTableId": table, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": gateway},
        changes={"gatewayId": a_gateway(account, a_vpc(account))},
        meddle=lambda state: ec2.delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0"),
        drift=None,
    )


def route_table_association(account: Account) -> Case:
    vpc_id = a_vpc(account)
    return Case(
        token="aws:ec2/routeTableAssociation:RouteTableAssociation",
        inputs={
            "routeTableId": a_route_table(account, vpc_id),
            "subnetId": a_subnet(account, vpc_id),
        },
        meddle=lambda state: account.client("ec2").disassociate_route_table(
            AssociationId=state["id"]
        ),
        drift=None,
    )


def gateway_endpoint(account: Account) -> Case:
    vpc_id = a_vpc(account)
    tables = [a_route_table(account, vpc_id) for _ in range(3)]
    return Case(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs={
            "vpcId": vpc_id,
            "vpcEndpointType": "Gateway",
            "serviceName": f"com.amazonaws.{REGION}.s3",
            "routeTableIds": tables[:2],
            "tags": TAGS,
        },
        changes={"routeTableIds": tables[1:], "tags": NEW_TAGS},
        meddle=lambda state: account.client("ec2").modify_vpc_endpoint(
            VpcEndpointId=state["id"], RemoveRouteTableIds=tables[1:2]
        ),
        drift={"routeTableIds": tables[:1]},
    )


def interface_endpoint(account: Account) -> Case:
    vpc_id = a_vpc(account)
    subnets = [a_subnet(account, vpc_id, f"10.0.{third}.0/24") for third in (1, 2, 3)]
    groups = [
        account.create(
            "aws:ec2/securityGroup:SecurityGroup", name=account.unique("endpoints"), vpcId=vpc_id
        )["id"]
        for _ in range(2)
    ]
    return Case(
        token="aws:ec2/vpcEndpoint:VpcEndpoint",
        inputs={
            "vpcId": vpc_id,
            "vpcEndpointType": "Interface",
            "serviceName": f"com.amazonaws.{REGION}.logs",
            "subnetIds": subnets[:2],
            "securityGroupIds": groups[:1],
            "privateDnsEnabled": True,
            "tags": TAGS,
        },
        changes={
            "subnetIds": subnets[1:],
            "securityGroupIds": groups[1:],
            "privateDnsEnabled": False,
            "tags": NEW_TAGS,
        },
        meddle=lambda state: account.client("ec2").modify_vpc_endpoint(
            VpcEndpointId=state["id"], AddSecurityGroupIds=groups[1:]
        ),
        drift={"securityGroupIds": groups},
    )


def flow_log(account: Account) -> Case:
    return Case(
        token="aws:ec2/flowLog:FlowLog",
        inputs={
            "vpcId": a_vpc(account),
            "trafficType": "ALL",
            "logDestinationType": "cloud-watch-logs",
            "logDestination": account.create(
                "aws:cloudwatch/logGroup:LogGroup", name=account.unique("flow-logs")
            )["arn"],
            "iamRoleArn": account.create(
                "aws:iam/role:Role",
                name=account.unique("flow-logs"),
                assumeRolePolicy='{"Version": "2012-10-17", "Statement": []}',
            )["arn"],
            "tags": TAGS,
        },
        changes={"tags": NEW_TAGS},
        meddle=lambda state: tag_behind_the_back(account, state),
        drift=TAG_DRIFT,
    )


def subnet_cidr_reservation(account: Account) -> Case:
    return Case(
        token="aws:ec2/subnetCidrReservation:SubnetCidrReservation",
        inputs={
            "subnetId": a_subnet(account, a_vpc(account)),
            "cidrBlock": "10.0.1.16/28",
            "reservationType": "explicit",
            "description": "Servers with fixed addresses",
        },
        meddle=lambda state: account.client("ec2").delete_subnet_cidr_reservation(
            SubnetCidrReservationId=state["id"]
        ),
        drift=None,
        untold=frozenset({"description"}),
    )


CASES: tuple[MakeCase, ...] = (
    vpc,
    subnet,
    internet_gateway,
    eip,
    nat_gateway,
    route_table,
    route,
    route_table_association,
    gateway_endpoint,
    interface_endpoint,
    flow_log,
    subnet_cidr_reservation,
)
