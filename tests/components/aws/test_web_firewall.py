"""The web firewall turns away floods and attacks, and lets people write what they like."""

from typing import Any

import pytest

from components.aws.web_firewall import WebFirewall, WebFirewallArgs
from components.identity import Identity
from tests.components.recording import Recording, record

ACL = "aws:wafv2/webAcl:WebAcl"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"


@pytest.fixture(scope="module")
def built(identity: Identity) -> Recording:
    args = WebFirewallArgs(
        identity=identity, load_balancer_arn="arn:balancer", kms_key_arn="arn:key"
    )
    return record(lambda: WebFirewall("web-firewall", args))


def rules(built: Recording) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in built.one(ACL).inputs["rules"]}


def test_it_is_one_acl_for_the_balancer_and_its_log(built: Recording) -> None:
    assert built.counts() == {
        "messaging-app:aws:WebFirewall": 1,
        ACL: 1,
        ASSOCIATION: 1,
        LOG_GROUP: 1,
        LOGGING: 1,
    }


def test_children_belong_to_it_and_are_tagged(built: Recording) -> None:
    assert (built.orphans(), built.untagged(), built.unfinished()) == ([], [], [])


def test_it_guards_the_load_balancer(built: Recording) -> None:
    assert built.one(ASSOCIATION).inputs == {
        "resourceArn": "arn:balancer",
        "webAclArn": built.outputs["arn"],
    }


def test_what_no_rule_blocks_passes(built: Recording) -> None:
    acl = built.one(ACL).inputs
    assert (acl["scope"], acl["defaultAction"]) == ("REGIONAL", {"allow": {}})


def test_an_address_that_floods_is_told_to_slow_down(built: Recording) -> None:
    limit = rules(built)["RateLimit"]
    assert limit["action"] == {"block": {"customResponse": {"responseCode": 429}}}
    assert limit["statement"] == {
        "rateBasedStatement": {
            "limit": 6000,
            "aggregateKeyType": "IP",
            "evaluationWindowSec": 300,
        }
    }


def test_the_rules_of_aws_are_asked_in_this_order_after_the_limit(built: Recording) -> None:
    ordered = sorted(rules(built).values(), key=lambda rule: rule["priority"])
    assert [each["name"] for each in ordered] == [
        "RateLimit",
        "AmazonIpReputationList",
        "KnownBadInputsRuleSet",
        "CommonRuleSet",
        "SQLiRuleSet",
    ]
    assert [each["priority"] for each in ordered] == [0, 1, 2, 3, 4]
    for each in ordered[1:]:
        group = each["statement"]["managedRuleGroupStatement"]
        assert (group["vendorName"], group["name"]) == ("AWS", f"AWSManagedRules{each['name']}")
        assert each["overrideAction"] == {"none": {}}


def test_what_people_write_and_upload_is_counted_and_not_blocked(built: Recording) -> None:
    counted = {
        name: [each["name"] for each in group.get("ruleActionOverrides", [])]
        for name, rule in rules(built).items()
        if (group := rule["statement"].get("managedRuleGroupStatement"))
    }
    assert counted == {
        "AmazonIpReputationList": [],
        "KnownBadInputsRuleSet": [
            "JavaDeserializationRCE_BODY",
            "Log4JRCE_BODY",
            "ReactJSRCE_BODY",
        ],
        "CommonRuleSet": [
            "NoUserAgent_HEADER",
            "RestrictedExtensions_URIPATH",
            "RestrictedExtensions_QUERYARGUMENTS",
            "SizeRestrictions_BODY",
            "CrossSiteScripting_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
            "EC2MetaDataSSRF_BODY",
        ],
        "SQLiRuleSet": ["SQLi_BODY", "SQLiExtendedPatterns_BODY"],
    }
    common = rules(built)["CommonRuleSet"]["statement"]["managedRuleGroupStatement"]
    assert {str(each["actionToUse"]) for each in common["ruleActionOverrides"]} == {
        str({"count": {}})
    }


def test_each_rule_is_seen_in_cloudwatch(built: Recording) -> None:
    acl = built.one(ACL).inputs
    for each in (acl, *acl["rules"]):
        assert each["visibilityConfig"] == {
            "cloudwatchMetricsEnabled": True,
            "metricName": each["name"],
            "sampledRequestsEnabled": True,
        }
    assert built.outputs["metric_name"] == acl["name"] == "messaging-app-test"


def test_its_log_is_kept_a_year_encrypted_and_named_as_aws_wants(built: Recording) -> None:
    group = built.one(LOG_GROUP).inputs
    assert group["name"] == "aws-waf-logs-messaging-app-test"
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, "arn:key")
    assert group["tags"]["Role"] == "audit"


def test_the_log_holds_what_matched_and_no_credentials(built: Recording) -> None:
    logging = built.one(LOGGING).inputs
    assert logging["resourceArn"] == built.outputs["arn"]
    assert logging["redactedFields"] == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]
    assert logging["loggingFilter"] == {
        "defaultBehavior": "DROP",
        "filters": [
            {
                "behavior": "KEEP",
                "requirement": "MEETS_ANY",
                "conditions": [
                    {"actionCondition": {"action": "BLOCK"}},
                    {"actionCondition": {"action": "COUNT"}},
                ],
            }
        ],
    }
