"""The load balancer and the web firewall in front of it: long websockets, no known attack."""

from typing import Any

import pytest

from tests.integration.answers import tags
from tests.integration.conftest import Platform

LEAST_IDLE_SECONDS = 300
LEAST_DRAIN_SECONDS = 60
"""What a websocket may be silent for, and what its client gets to open another one."""


@pytest.fixture(scope="module")
def balancer(stack: Platform) -> dict[str, Any]:
    described = stack.client("elbv2").describe_load_balancers()["LoadBalancers"]
    (found,) = described
    assert found["DNSName"] == stack.outputs["load_balancer_dns"]
    return found


@pytest.fixture(scope="module")
def attributes(stack: Platform, balancer: dict[str, Any]) -> dict[str, str]:
    told = stack.client("elbv2").describe_load_balancer_attributes(
        LoadBalancerArn=balancer["LoadBalancerArn"]
    )
    return tags(told["Attributes"])


@pytest.fixture(scope="module")
def firewall(stack: Platform, balancer: dict[str, Any]) -> dict[str, Any]:
    """The web ACL that the load balancer asks."""
    wafv2 = stack.client("wafv2")
    return wafv2.get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])["WebACL"]


def test_it_stands_in_a_public_subnet_of_every_zone(
    stack: Platform, balancer: dict[str, Any]
) -> None:
    assert (balancer["Scheme"], balancer["Type"]) == ("internet-facing", "application")
    subnets = {zone["SubnetId"] for zone in balancer["AvailabilityZones"]}
    assert subnets == set(stack.outputs["public_subnet_ids"])
    assert len(balancer["AvailabilityZones"]) == 3


def test_the_worlds_names_lead_to_it(stack: Platform, balancer: dict[str, Any]) -> None:
    route53 = stack.client("route53")
    (zone,) = [
        each
        for each in route53.list_hosted_zones()["HostedZones"]
        if not each["Config"]["PrivateZone"]
    ]
    told = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {
        each["Name"].rstrip("."): each["AliasTarget"]["DNSName"]
        for each in told
        if "AliasTarget" in each
    }
    names = {
        stack.outputs["api_url"].removeprefix("https://").split("/")[0],
        stack.outputs["websocket_url"].removeprefix("wss://").split("/")[0],
    }
    assert aliases == dict.fromkeys(names, balancer["DNSName"])


def test_every_request_is_logged_to_a_bucket_that_exists(
    stack: Platform, attributes: dict[str, str]
) -> None:
    s3 = stack.client("s3")
    for log in ("access_logs", "connection_logs"):
        assert attributes[f"{log}.s3.enabled"] == "true"
        bucket = attributes[f"{log}.s3.bucket"]
        assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_headers_that_no_server_should_see_are_dropped(attributes: dict[str, str]) -> None:
    assert attributes["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert attributes["routing.http.desync_mitigation_mode"] in {"defensive", "strictest"}


def test_production_cannot_be_deleted_by_mistake(
    stack: Platform, attributes: dict[str, str]
) -> None:
    is_production = stack.outputs["environment"] == "prod"
    assert attributes["deletion_protection.enabled"] == str(is_production).lower()


def test_a_websocket_may_be_silent_for_five_minutes(attributes: dict[str, str]) -> None:
    assert int(attributes["idle_timeout.timeout_seconds"]) >= LEAST_IDLE_SECONDS


def test_websockets_of_a_server_that_leaves_get_a_minute(stack: Platform) -> None:
    elbv2 = stack.client("elbv2")
    described = elbv2.describe_target_groups()["TargetGroups"]
    (group,) = [each for each in described if each["Port"] == 8081]
    told = elbv2.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])
    delay = tags(told["Attributes"])["deregistration_delay.timeout_seconds"]
    assert int(delay) >= LEAST_DRAIN_SECONDS


def test_the_firewall_turns_away_who_asks_too_often(firewall: dict[str, Any]) -> None:
    (rule,) = [each for each in firewall["Rules"] if "RateBasedStatement" in each["Statement"]]
    rate = rule["Statement"]["RateBasedStatement"]
    assert rate["AggregateKeyType"] == "IP"
    assert rate["Limit"] > 0
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_the_firewall_blocks_the_attacks_that_aws_knows(firewall: dict[str, Any]) -> None:
    managed = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]: rule
        for rule in firewall["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert managed.keys() >= {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    }
    for rule in managed.values():
        assert rule["Statement"]["ManagedRuleGroupStatement"]["VendorName"] == "AWS"
        # Otherwise the whole group would count and block nothing.
        assert rule["OverrideAction"] == {"None": {}}


def test_the_firewall_logs_what_it_found_without_the_users_credentials(
    stack: Platform, firewall: dict[str, Any]
) -> None:
    told = stack.client("wafv2").get_logging_configuration(ResourceArn=firewall["ARN"])
    logging = told["LoggingConfiguration"]
    (destination,) = logging["LogDestinationConfigs"]
    groups = stack.client("logs").describe_log_groups(logGroupNamePrefix="aws-waf-logs-")
    (group,) = groups["logGroups"]
    assert group["arn"].removesuffix(":*") == destination.removesuffix(":*")
    hidden = {each["SingleHeader"]["Name"] for each in logging["RedactedFields"]}
    assert hidden == {"authorization", "cookie"}
