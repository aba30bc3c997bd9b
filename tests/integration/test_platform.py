"""The stack `local` in its emulated account: production's real shape, as AWS tells it."""

import json
from typing import Any

import pytest

from components.outputs import AwsOutputs, contract_keys
from service_config import postgresql
from tests.integration.conftest import Platform

ZONES = {"eu-central-1a", "eu-central-1b", "eu-central-1c"}
TIERS = {"public", "private", "isolated"}


@pytest.fixture(scope="module")
def outputs(platform: Platform) -> AwsOutputs:
    return AwsOutputs.model_validate(platform.outputs)


@pytest.fixture(scope="module")
def subnets(platform: Platform, outputs: AwsOutputs) -> dict[tuple[str, str], dict[str, Any]]:
    """By tier and zone; the tier is in the name, as in `messaging-app-local-public-eu-…`."""
    described = platform.client("ec2").describe_subnets(Filters=_of_vpc(outputs))["Subnets"]
    found = {
        (tag(each, "Name").split("-")[3], each["AvailabilityZone"]): each for each in described
    }
    assert len(found) == len(described)
    return found


@pytest.fixture(scope="module")
def balancer(platform: Platform, outputs: AwsOutputs) -> dict[str, Any]:
    described = platform.client("elbv2").describe_load_balancers()["LoadBalancers"]
    (found,) = [each for each in described if each["DNSName"] == outputs.load_balancer_dns]
    return found


@pytest.fixture(scope="module")
def databases(platform: Platform) -> dict[str, dict[str, Any]]:
    described = platform.client("rds").describe_db_instances()["DBInstances"]
    return {each["DBInstanceIdentifier"]: each for each in described}


def tag(resource: dict[str, Any], key: str) -> str:
    return next(each["Value"] for each in resource["Tags"] if each["Key"] == key)


def _of_vpc(outputs: AwsOutputs) -> list[dict[str, Any]]:
    return [{"Name": "vpc-id", "Values": [outputs.vpc_id]}]


def test_outputs_are_the_contract(platform: Platform) -> None:
    assert sorted(platform.outputs) == sorted(contract_keys(AwsOutputs))
    AwsOutputs.model_validate(platform.outputs)


def test_every_tier_has_a_subnet_in_each_of_three_zones(
    subnets: dict[tuple[str, str], dict[str, Any]],
) -> None:
    assert subnets.keys() == {(tier, zone) for tier in TIERS for zone in ZONES}


def test_each_zone_goes_out_through_its_own_nat_gateway(
    platform: Platform, outputs: AwsOutputs, subnets: dict[tuple[str, str], dict[str, Any]]
) -> None:
    ec2 = platform.client("ec2")
    gateways = ec2.describe_nat_gateways(Filters=_of_vpc(outputs))["NatGateways"]
    zone_of = {subnets["public", zone]["SubnetId"]: zone for zone in ZONES}
    by_zone = {zone_of[each["SubnetId"]]: each["NatGatewayId"] for each in gateways}
    assert by_zone.keys() == ZONES
    for zone in ZONES:
        route = _default_route(ec2, subnets["private", zone])
        assert route
        assert route["NatGatewayId"] == by_zone[zone]


def test_only_public_subnets_are_reached_from_the_internet_and_isolated_ones_have_no_way_out(
    platform: Platform, subnets: dict[tuple[str, str], dict[str, Any]]
) -> None:
    ec2 = platform.client("ec2")
    for zone in ZONES:
        route = _default_route(ec2, subnets["public", zone])
        assert route
        assert route["GatewayId"].startswith("igw-")
        assert _default_route(ec2, subnets["isolated", zone]) is None


def _default_route(ec2: Any, subnet: dict[str, Any]) -> dict[str, Any] | None:
    of_subnet = [{"Name": "association.subnet-id", "Values": [subnet["SubnetId"]]}]
    (table,) = ec2.describe_route_tables(Filters=of_subnet)["RouteTables"]
    routes = (r for r in table["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0")
    return next(routes, None)


def test_flow_logs_of_the_vpc_are_kept_encrypted_for_a_year(
    platform: Platform, outputs: AwsOutputs
) -> None:
    (flow_log,) = platform.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (flow_log["ResourceId"], flow_log["TrafficType"]) == (outputs.vpc_id, "ALL")
    assert flow_log["LogDestinationType"] == "cloud-watch-logs"
    groups = platform.client("logs").describe_log_groups()["logGroups"]
    (group,) = [each for each in groups if each["arn"].startswith(flow_log["LogDestination"])]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, outputs.kms_key_arn)


def test_the_key_rotates(platform: Platform, outputs: AwsOutputs) -> None:
    status = platform.client("kms").get_key_rotation_status(KeyId=outputs.kms_key_arn)
    assert status["KeyRotationEnabled"] is True


@pytest.mark.parametrize(("group", "least"), [("api", 3), ("websocket", 2)])
def test_server_groups_are_as_large_as_the_guide_asks_and_in_every_zone(
    platform: Platform, outputs: AwsOutputs, group: str, least: int
) -> None:
    described = platform.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    (found,) = [each for each in described if tag(each, "Role") == group]
    assert found["MinSize"] >= least
    assert len(found["Instances"]) >= least
    assert set(found["VPCZoneIdentifier"].split(",")) == set(outputs.private_subnet_ids)
    assert found["HealthCheckType"] == "ELB"


def test_the_cache_has_two_servers_in_different_zones(
    platform: Platform, outputs: AwsOutputs
) -> None:
    of_cache = [{"Name": "tag:Role", "Values": ["cache"]}]
    reservations = platform.client("ec2").describe_instances(Filters=of_cache)["Reservations"]
    servers = [instance for each in reservations for instance in each["Instances"]]
    assert len(servers) == 2
    assert len({server["Placement"]["AvailabilityZone"] for server in servers}) == 2
    assert {server["InstanceType"] for server in servers} == {"m6i.xlarge"}
    assert {server["SubnetId"] for server in servers} < set(outputs.private_subnet_ids)


def test_http_is_redirected_to_https(platform: Platform, balancer: dict[str, Any]) -> None:
    (action,) = _listener(platform, balancer, port=80)["DefaultActions"]
    assert action["Type"] == "redirect"
    redirect = action["RedirectConfig"]
    assert (redirect["Protocol"], redirect["Port"]) == ("HTTPS", "443")
    assert redirect["StatusCode"] == "HTTP_301"


def test_https_takes_tls_1_2_and_1_3_only(platform: Platform, balancer: dict[str, Any]) -> None:
    listener = _listener(platform, balancer, port=443)
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (certificate,) = listener["Certificates"]
    issued = platform.client("acm").describe_certificate(**certificate)["Certificate"]
    assert issued["Status"] == "ISSUED"


def test_websockets_go_to_their_servers_metrics_to_nobody_and_the_rest_to_the_api(
    platform: Platform, balancer: dict[str, Any]
) -> None:
    elbv2 = platform.client("elbv2")
    listener = _listener(platform, balancer, port=443)
    rules = elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    targets = elbv2.describe_target_groups()["TargetGroups"]
    ports = {each["TargetGroupArn"]: each["Port"] for each in targets}
    assert {_paths(rule): _outcome(rule, ports) for rule in rules} == {
        ("/metrics", "/metrics/*"): "404",
        ("/ws*",): 8081,
        (): 8080,
    }


def _paths(rule: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        path for each in rule["Conditions"] for path in each["PathPatternConfig"]["Values"]
    )


def _outcome(rule: dict[str, Any], ports: dict[str, int]) -> int | str:
    (action,) = rule["Actions"]
    if action["Type"] == "fixed-response":
        return action["FixedResponseConfig"]["StatusCode"]
    return ports[action["TargetGroupArn"]]


def _listener(platform: Platform, balancer: dict[str, Any], *, port: int) -> dict[str, Any]:
    arn = balancer["LoadBalancerArn"]
    listeners = platform.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"]
    (found,) = [each for each in listeners if each["Port"] == port]
    return found


def test_the_database_survives_the_loss_of_a_zone_and_has_a_replica(
    databases: dict[str, dict[str, Any]],
) -> None:
    primary = databases["messaging-app-local-database"]
    replica = databases["messaging-app-local-database-replica"]
    assert primary["MultiAZ"] is True
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == primary["DBInstanceIdentifier"]
    for each in (primary, replica):
        assert each["DBInstanceClass"] == "db.m6i.2xlarge"
        assert each["StorageEncrypted"] is True
        assert each["PubliclyAccessible"] is False


def test_both_databases_run_the_guides_parameters(
    platform: Platform, databases: dict[str, dict[str, Any]]
) -> None:
    used = {
        group["DBParameterGroupName"]
        for each in databases.values()
        for group in each["DBParameterGroups"]
    }
    (name,) = used
    rds = platform.client("rds")
    told = rds.describe_db_parameters(DBParameterGroupName=name, Source="user")["Parameters"]
    assert {each["ParameterName"]: each["ParameterValue"] for each in told} == {
        each.name: each.value for each in postgresql.rds_parameters()
    }


@pytest.mark.parametrize("location", ["backup_location", "media_location"])
def test_buckets_are_versioned_encrypted_private_and_tls_only(
    platform: Platform, outputs: AwsOutputs, location: str
) -> None:
    bucket = {"Bucket": str(platform.outputs[location]).removeprefix("s3://")}
    s3 = platform.client("s3")

    assert s3.get_bucket_versioning(**bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(**bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": outputs.kms_key_arn,
    }
    blocked = s3.get_public_access_block(**bucket)["PublicAccessBlockConfiguration"]
    assert len(blocked) == 4
    assert all(blocked.values())
    statements = json.loads(s3.get_bucket_policy(**bucket)["Policy"])["Statement"]
    refused = [
        each["Condition"]
        for each in statements
        if (each["Effect"], each["Principal"], each["Action"]) == ("Deny", "*", "s3:*")
    ]
    assert {"Bool": {"aws:SecureTransport": "false"}} in refused


def test_only_the_load_balancer_is_open_to_the_world(
    platform: Platform, outputs: AwsOutputs
) -> None:
    groups = platform.client("ec2").describe_security_groups(Filters=_of_vpc(outputs))
    open_ports = {
        (group["GroupId"], permission["FromPort"])
        for group in groups["SecurityGroups"]
        for permission in group["IpPermissions"]
        if {"CidrIp": "0.0.0.0/0"}.items()
        <= {k: v for each in permission["IpRanges"] for k, v in each.items()}.items()
    }
    front = outputs.security_group_ids["load-balancer"]
    assert open_ports == {(front, 80), (front, 443)}
