"""The foundation: keys, network, names, log bucket and alert topic know of each other."""

import json

import pytest

from tests.components.recording import Recording
from tests.program import OFFICE, SLACK_SECRET, arn, recorded, statements, waits_for

BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
KEY = "aws:kms/key:Key"
RECORD = "aws:route53/record:Record"
TOPIC = "aws:sns/topic:Topic"
ZONE = "aws:route53/zone:Zone"

PRIVATE = [f"network-private-eu-central-1{zone}-id" for zone in "abc"]


@pytest.fixture(scope="module")
def built() -> Recording:
    return recorded("prod")


@pytest.mark.parametrize("variant", ["staging", "dr", "without copies"])
def test_the_only_key_is_that_of_the_stacks_region(variant: str) -> None:
    regions = {"staging": {"eu-central-1", "eu-west-1"}, "dr": {"eu-west-1"}}
    made = {each.inputs["region"] for each in recorded(variant).all(KEY)}
    assert made == regions.get(variant, {"eu-central-1"})


def test_flow_logs_and_alerts_are_encrypted_with_the_key(built: Recording) -> None:
    log = built.one("aws:cloudwatch/logGroup:LogGroup", "network-flow-logs")
    assert log.inputs["kmsKeyId"] == arn("encryption-key")
    assert built.one(TOPIC, "notifications-alerts").inputs["kmsMasterKeyId"] == arn(
        "encryption-key"
    )


def test_endpoints_stand_in_the_private_subnets_and_answer_the_whole_network(
    built: Recording,
) -> None:
    endpoints = built.all("aws:ec2/vpcEndpoint:VpcEndpoint")
    interfaces = [each for each in endpoints if each.inputs["vpcEndpointType"] == "Interface"]
    assert interfaces
    for each in interfaces:
        assert each.inputs["subnetIds"] == PRIVATE, each.name
        assert each.inputs["serviceName"].startswith("com.amazonaws.eu-central-1."), each.name
    rule = built.one(INGRESS, "endpoints-https-from-vpc")
    assert rule.inputs["cidrIpv4"] == built.one("aws:ec2/vpc:Vpc").inputs["cidrBlock"]


def test_ssh_is_closed_unless_the_settings_name_a_network(built: Recording) -> None:
    assert [each.name for each in built.all(INGRESS) if each.inputs["fromPort"] == 22] == []


def test_ssh_is_open_to_the_networks_of_the_settings_only() -> None:
    ssh = [each for each in recorded("every option").all(INGRESS) if each.inputs["fromPort"] == 22]
    assert {each.inputs["cidrIpv4"] for each in ssh} == {OFFICE}
    assert {each.inputs["securityGroupId"] for each in ssh} == {
        "firewall-api-id",
        "firewall-cache-id",
        "firewall-monitoring-id",
        "firewall-websocket-id",
    }


def test_the_certificate_is_for_the_domain_of_the_settings(built: Recording) -> None:
    certificate = built.one("aws:acm/certificate:Certificate").inputs
    assert certificate["domainName"] == "chat.example.com"
    assert built.one(ZONE, "certificate-zone").inputs["name"] == "chat.example.com"


def test_internal_names_are_told_inside_the_network_only(built: Recording) -> None:
    zone = built.one(ZONE, "names-zone").inputs
    assert zone["name"] == "internal.chat.example.com"
    assert zone["vpcs"] == [{"vpcId": "network-vpc-id"}]


def test_a_recovery_stack_uses_the_public_zone_of_the_other_one() -> None:
    recovering = recorded("dr")
    assert [each.name for each in recovering.all(ZONE)] == ["names-zone"]
    validation = recovering.one(RECORD, "certificate-validation-record").inputs
    assert validation["zoneId"] == "Z0123456789EXAMPLE"
    assert recovering.outputs["name_servers"] == []


def test_the_log_bucket_takes_logs_of_this_account_and_environment(built: Recording) -> None:
    policy = json.loads(built.one(BUCKET_POLICY, "logs-policy").inputs["policy"])
    services = {
        each["Principal"]["Service"] for each in policy["Statement"] if each["Effect"] == "Allow"
    }
    assert services == {
        "logging.s3.amazonaws.com",
        "logdelivery.elasticloadbalancing.amazonaws.com",
    }
    assert "arn:aws:s3:::messaging-app-prod-*" in json.dumps(policy)


def test_the_log_bucket_has_the_key_that_load_balancers_can_use(built: Recording) -> None:
    (rule,) = built.one(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "logs-encryption",
    ).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_the_log_bucket_logs_no_request_to_itself(built: Recording) -> None:
    logged = {each.inputs["bucket"] for each in built.all("aws:s3/bucketLogging:BucketLogging")}
    assert "logs-bucket" not in logged


@pytest.mark.parametrize("variant", ["prod", "local", "elasticache", "dr"])
def test_whoever_logs_waits_until_the_log_bucket_lets_it(variant: str) -> None:
    program = recorded(variant)
    for each in program.all("aws:s3/bucketLogging:BucketLogging"):
        assert each.inputs["targetBucket"] == "logs-bucket"
        assert "logs-policy" in waits_for(program, each.type, each.name), each.name
    assert "logs-policy" in waits_for(program, "aws:lb/loadBalancer:LoadBalancer")


def test_alerts_reach_the_address_of_the_settings(built: Recording) -> None:
    subscriptions = built.all("aws:sns/topicSubscription:TopicSubscription")
    # The second region mails by itself, should the first one be gone.
    assert [each.inputs for each in subscriptions] == [
        {
            "topic": arn(topic),
            "protocol": "email",
            "endpoint": "team@example.com",
            "region": region,
        }
        for topic, region in (
            ("copy-notifications-alerts", "eu-west-1"),
            ("notifications-alerts", "eu-central-1"),
        )
    ]


def test_alerts_reach_the_slack_channel_of_the_settings() -> None:
    program = recorded("every option")
    function = program.one("aws:lambda/function:Function", "notifications-slack-function").inputs
    assert function["environment"] == {"variables": {"WEBHOOK_SECRET_ARN": SLACK_SECRET}}
    readable = [
        each["Resource"]
        for each in statements(program, "notifications-slack-policy")
        if each["Action"] == ["secretsmanager:GetSecretValue"]
    ]
    assert readable == [[SLACK_SECRET]]
