"""The load balancer ends TLS and routes every request to the right server group."""

from collections.abc import Callable, Mapping

import pytest

from components.aws.load_balancer import (
    FIRST_PRIORITY,
    LoadBalancer,
    LoadBalancerArgs,
    rule_priority,
)
from components.identity import Identity
from settings.servers import ServerGroupSettings
from tests.components.recording import Recording, record

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
RULE = "aws:lb/listenerRule:ListenerRule"
TARGET_GROUP = "aws:lb/targetGroup:TargetGroup"

API = ServerGroupSettings(
    role="api", image="example/api:1", instance_type="m6i.xlarge", min_size=3, max_size=6
)
WEBSOCKET = ServerGroupSettings(
    role="websocket",
    image="example/websocket:1",
    instance_type="m6i.xlarge",
    min_size=2,
    max_size=4,
    path_patterns=["/ws*"],
)
GROUPS = {"api": API, "websocket": WEBSOCKET}

Build = Callable[..., Recording]


@pytest.fixture
def build(identity: Identity) -> Build:
    def run(
        groups: Mapping[str, ServerGroupSettings] = GROUPS,
        protect: bool = True,
    ) -> Recording:
        args = LoadBalancerArgs(
            identity=identity,
            vpc_id="vpc-1",
            subnet_ids=["subnet-a", "subnet-b"],
            security_group_id="sg-1",
            certificate_arn="arn:aws:acm:certificate",
            groups=groups,
            log_bucket="logs",
            protect=protect,
        )
        return record(lambda: LoadBalancer("load-balancer", args))

    return run


def test_it_is_one_balancer_two_listeners_and_a_target_group_per_server_group(
    build: Build,
) -> None:
    assert build().counts() == {
        "messaging-app:aws:LoadBalancer": 1,
        BALANCER: 1,
        LISTENER: 2,
        RULE: 2,
        TARGET_GROUP: 2,
    }


def test_children_belong_to_it_and_are_tagged(build: Build) -> None:
    built = build()
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_the_balancer_is_public_and_keeps_quiet_websockets_open(build: Build) -> None:
    balancer = build().one(BALANCER)
    assert balancer.tags["Role"] == "load-balancer"
    assert {key: value for key, value in balancer.inputs.items() if key != "tags"} == {
        "name": "messaging-app-test",
        "loadBalancerType": "application",
        "internal": False,
        "subnets": ["subnet-a", "subnet-b"],
        "securityGroups": ["sg-1"],
        "idleTimeout": 300,
        "dropInvalidHeaderFields": True,
        "desyncMitigationMode": "defensive",
        "accessLogs": {"enabled": True, "bucket": "logs", "prefix": "load-balancer/access"},
        "connectionLogs": {
            "enabled": True,
            "bucket": "logs",
            "prefix": "load-balancer/connections",
        },
        "enableDeletionProtection": True,
    }


def test_deletion_protection_follows_the_settings(build: Build) -> None:
    assert build(protect=False).one(BALANCER).inputs["enableDeletionProtection"] is False


def test_http_only_redirects_to_https_for_good(build: Build) -> None:
    listener = build().one(LISTENER, "load-balancer-http").inputs
    assert (listener["port"], listener["protocol"]) == (80, "HTTP")
    assert listener["defaultActions"] == [
        {
            "type": "redirect",
            "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"},
        }
    ]


def test_https_takes_tls_1_2_and_1_3_and_sends_to_the_group_without_patterns(
    build: Build,
) -> None:
    built = build()
    listener = built.one(LISTENER, "load-balancer-https").inputs
    assert (listener["port"], listener["protocol"]) == (443, "HTTPS")
    assert listener["sslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    assert listener["certificateArn"] == "arn:aws:acm:certificate"
    assert listener["defaultActions"] == [
        {"type": "forward", "targetGroupArn": "arn:aws:mock::123456789012:api-targets"}
    ]


def test_browsers_are_told_to_stay_with_https_and_nothing_of_the_server(build: Build) -> None:
    listener = build().one(LISTENER, "load-balancer-https").inputs
    responses = {
        key.removeprefix("routingHttpResponse"): value
        for key, value in listener.items()
        if key.startswith("routingHttpResponse")
    }
    assert responses == {
        "ServerEnabled": False,
        "StrictTransportSecurityHeaderValue": "max-age=31536000; includeSubDomains",
        "XContentTypeOptionsHeaderValue": "nosniff",
    }


@pytest.mark.parametrize(
    ("group", "algorithm"),
    [("api", "least_outstanding_requests"), ("websocket", "round_robin")],
)
def test_a_request_goes_to_the_least_busy_server_and_a_websocket_to_the_next(
    build: Build, group: str, algorithm: str
) -> None:
    targets = build().one(TARGET_GROUP, f"{group}-targets").inputs
    assert targets["loadBalancingAlgorithmType"] == algorithm


def test_path_patterns_lead_to_their_group(build: Build) -> None:
    rule = build().one(RULE, "load-balancer-websocket").inputs
    assert rule["listenerArn"].endswith(":load-balancer-https")
    assert rule["conditions"] == [{"pathPattern": {"values": ["/ws*"]}}]
    assert rule["actions"] == [
        {"type": "forward", "targetGroupArn": "arn:aws:mock::123456789012:websocket-targets"}
    ]


def test_metrics_are_hidden_from_the_world_before_any_group_is_asked(build: Build) -> None:
    built = build()
    rule = built.one(RULE, "load-balancer-metrics-stay-inside").inputs
    assert rule["listenerArn"].endswith(":load-balancer-https")
    assert rule["conditions"] == [{"pathPattern": {"values": ["/metrics", "/metrics/*"]}}]
    assert rule["actions"] == [
        {
            "type": "fixed-response",
            "fixedResponse": {"contentType": "text/plain", "statusCode": "404"},
        }
    ]
    assert rule["priority"] == min(each.inputs["priority"] for each in built.all(RULE))


@pytest.mark.parametrize(
    ("group", "port", "drain_seconds"), [("api", 8080, 30), ("websocket", 8081, 300)]
)
def test_each_role_has_its_port_and_time_to_drain(
    build: Build, group: str, port: int, drain_seconds: int
) -> None:
    inputs = build().one(TARGET_GROUP, f"{group}-targets").inputs
    assert (inputs["port"], inputs["protocol"], inputs["vpcId"]) == (port, "HTTP", "vpc-1")
    assert inputs["deregistrationDelay"] == drain_seconds
    assert inputs["healthCheck"]["path"] == "/health"
    assert inputs["healthCheck"]["matcher"] == "200"
    assert "stickiness" not in inputs


def test_a_target_group_is_named_by_pulumi_so_that_it_can_be_replaced(build: Build) -> None:
    assert "name" not in build().one(TARGET_GROUP, "api-targets").inputs


def test_the_longest_group_name_leaves_room_for_the_suffix_of_pulumi(build: Build) -> None:
    longest = "a" * 16
    (target_group,) = build(groups={longest: API}).all(TARGET_GROUP)
    assert len(target_group.name) + len("-1234567") <= 32


def test_a_new_group_moves_no_existing_rule(build: Build) -> None:
    more = {"admin": WEBSOCKET.model_copy(update={"path_patterns": ["/admin*"]}), **GROUPS}
    before = build().one(RULE, "load-balancer-websocket").inputs["priority"]
    after = build(groups=more).one(RULE, "load-balancer-websocket").inputs["priority"]
    assert before == after


@pytest.mark.parametrize("group", ["websocket", "a", "z" * 16])
def test_a_rule_priority_is_one_that_aws_accepts(group: str) -> None:
    assert FIRST_PRIORITY < rule_priority(group) <= 50_000


def test_outputs_name_the_balancer_and_its_target_groups(build: Build) -> None:
    outputs = build().outputs
    assert outputs["arn"] == "arn:aws:mock::123456789012:load-balancer-alb"
    assert outputs["dns_name"] == "load-balancer.elb.amazonaws.com"
    assert outputs["zone_id"] == "ZLOADBALANCER"
    assert outputs["arn_suffix"] == "app/load-balancer/0123456789abcdef"
    assert outputs["target_group_arns"] == {
        "api": "arn:aws:mock::123456789012:api-targets",
        "websocket": "arn:aws:mock::123456789012:websocket-targets",
    }
    assert set(outputs["target_group_arn_suffixes"]) == {"api", "websocket"}
