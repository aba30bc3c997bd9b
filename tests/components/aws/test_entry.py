"""The way in: one load balancer behind the web firewall, with public names."""

import pytest

from tests.components.recording import Recording
from tests.program import arn, recorded, waits_for

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
RECORD = "aws:route53/record:Record"

ALIAS = {
    "name": "load-balancer.elb.amazonaws.com",
    "zoneId": "ZLOADBALANCER",
    "evaluateTargetHealth": True,
}


@pytest.fixture(scope="module")
def built() -> Recording:
    return recorded("local")


def public_records(program: Recording) -> dict[str, dict[str, object]]:
    return {
        each.name: each.inputs
        for each in program.all(RECORD)
        if each.name in ("api-record", "ws-record")
    }


def test_the_load_balancer_stands_in_public_subnets(built: Recording) -> None:
    inputs = built.one(BALANCER).inputs
    assert inputs["subnets"] == [f"network-public-eu-central-1{zone}-id" for zone in "abc"]
    assert inputs["securityGroups"] == ["firewall-load-balancer-id"]
    assert inputs["internal"] is False


def test_the_load_balancer_logs_to_the_log_bucket(built: Recording) -> None:
    inputs = built.one(BALANCER).inputs
    assert inputs["accessLogs"]["bucket"] == inputs["connectionLogs"]["bucket"] == "logs-bucket"


def test_the_load_balancer_serves_once_the_certificate_is_valid(built: Recording) -> None:
    listener = built.one(LISTENER, "load-balancer-https")
    assert listener.inputs["certificateArn"] == arn("certificate-certificate")
    assert "certificate-validation" in waits_for(built, LISTENER, listener.name)


@pytest.mark.parametrize(("variant", "protects"), [("prod", True), ("local", False)])
def test_the_load_balancer_is_protected_as_the_settings_ask(variant: str, protects: bool) -> None:
    inputs = recorded(variant).one(BALANCER).inputs
    assert inputs["enableDeletionProtection"] is protects


def test_every_request_passes_the_web_firewall(built: Recording) -> None:
    association = built.one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    assert association == {
        "resourceArn": arn("load-balancer-alb"),
        "webAclArn": arn("web-firewall-acl"),
    }
    log = built.one("aws:cloudwatch/logGroup:LogGroup", "web-firewall-log")
    assert log.inputs["kmsKeyId"] == arn("encryption-key")


@pytest.mark.parametrize("label", ["api", "ws"])
def test_public_names_lead_to_the_load_balancer(built: Recording, label: str) -> None:
    inputs = built.one(RECORD, f"{label}-record").inputs
    assert inputs == {
        "zoneId": "ZONE",
        "name": f"{label}.local.chat.example.com",
        "type": "A",
        "aliases": [ALIAS],
    }


def test_a_recovery_stack_leaves_the_public_names_alone() -> None:
    assert public_records(recorded("dr")) == {}


def test_a_recovery_stack_that_takes_over_takes_the_public_names() -> None:
    assert public_records(recorded("taking over")) == {
        f"{label}-record": {
            "zoneId": "Z0123456789EXAMPLE",
            "name": f"{label}.chat.example.com",
            "type": "A",
            "allowOverwrite": True,
            "aliases": [ALIAS],
        }
        for label in ("api", "ws")
    }


@pytest.mark.parametrize(
    ("variant", "stay"), [("prod", True), ("local", False), ("taking over", True)]
)
def test_public_names_stay_where_another_stack_may_have_taken_them(
    variant: str, stay: bool
) -> None:
    program = recorded(variant)
    for label in ("api", "ws"):
        assert program.one(RECORD, f"{label}-record").request.retainOnDelete is stay


def test_taking_over_changes_nothing_else() -> None:
    before, after = recorded("dr").counts(), recorded("taking over").counts()
    assert {key: after[key] - before[key] for key in after if after[key] != before[key]} == {
        RECORD: 2
    }
