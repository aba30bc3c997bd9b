"""Servers reach AWS services without leaving the VPC."""

import pytest

from components.aws.endpoints import SERVICES, VpcEndpoints, VpcEndpointsArgs
from components.identity import Identity
from tests.components.recording import Recording, record

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = VpcEndpointsArgs(
        identity=identity,
        region="eu-central-1",
        vpc_id="vpc-1",
        vpc_cidr="10.0.0.0/16",
        subnet_ids=["subnet-a", "subnet-b"],
    )
    return record(lambda: VpcEndpoints("endpoints", args))


def test_it_is_one_endpoint_a_service_behind_one_group_with_one_rule(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:VpcEndpoints": 1,
        GROUP: 1,
        INGRESS: 1,
        ENDPOINT: 6,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_services_are_those_that_servers_call(built: Recording) -> None:
    names = {each.inputs["serviceName"] for each in built.all(ENDPOINT)}
    services = ("ssm", "ssmmessages", "ec2messages", "secretsmanager", "logs", "kms")
    assert names == {f"com.amazonaws.eu-central-1.{service}" for service in services}


@pytest.mark.parametrize("service", SERVICES)
def test_an_endpoint_stands_in_every_subnet_under_the_services_own_name(
    built: Recording, service: str
) -> None:
    endpoint = built.one(ENDPOINT, f"endpoints-{service}").inputs
    assert endpoint["vpcEndpointType"] == "Interface"
    assert endpoint["vpcId"] == "vpc-1"
    assert endpoint["subnetIds"] == ["subnet-a", "subnet-b"]
    assert endpoint["privateDnsEnabled"] is True
    assert endpoint["securityGroupIds"] == [built.outputs["security_group_id"]]


def test_only_https_from_inside_the_vpc_is_let_in(built: Recording) -> None:
    rule = built.one(INGRESS).inputs
    assert rule["securityGroupId"] == built.outputs["security_group_id"]
    assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 443, 443)
    assert rule["cidrIpv4"] == "10.0.0.0/16"
