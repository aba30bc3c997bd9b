"""AWS WAF."""

from typing import Any

from tests.offline.aws.account import ACCOUNT_ID, NEW_TAGS, REGION, TAGS, Account, Case, MakeCase
from tests.offline.aws.cases.elbv2 import a_load_balancer

LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:aws-waf-logs"


def visible(metric: str) -> dict[str, Any]:
    return {
        "cloudwatchMetricsEnabled": True,
        "metricName": metric,
        "sampledRequestsEnabled": True,
    }


def rate_limit(limit: int) -> dict[str, Any]:
    return {
        "name": "rate-limit",
        "priority": 0,
        "action": {"block": {"customResponse": {"responseCode": 429}}},
        "statement": {
            "rateBasedStatement": {
                "limit": limit,
                "aggregateKeyType": "IP",
                "evaluationWindowSec": 300,
            }
        },
        "visibilityConfig": visible("rate-limit"),
    }


def managed(*counted: str) -> dict[str, Any]:
    overrides: list[dict[str, Any]] = [
        {"name": name, "actionToUse": {"count": {}}} for name in counted
    ]
    return {
        "name": "common",
        "priority": 1,
        "overrideAction": {"none": {}},
        "statement": {
            "managedRuleGroupStatement": {
                "vendorName": "AWS",
                "name": "AWSManagedRulesCommonRuleSet",
                "ruleActionOverrides": overrides,
            }
        },
        "visibilityConfig": visible("common"),
    }


def elsewhere(path: str) -> dict[str, Any]:
    """A rule of several statements, one inside the other."""
    begins: dict[str, Any] = {
        "byteMatchStatement": {
            "searchString": path,
            "fieldToMatch": {"uriPath": {}},
            "positionalConstraint": "STARTS_WITH",
            "textTransformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    return {
        "name": "elsewhere",
        "priority": 2,
        "action": {"count": {}},
        "statement": {"notStatement": {"statement": begins}},
        "visibilityConfig": visible("elsewhere"),
    }


def acl_inputs(account: Account) -> dict[str, Any]:
    return {
        "name": account.unique("firewall"),
        "description": "Turns away floods",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "rules": [rate_limit(1000), managed("SizeRestrictions_BODY")],
        "visibilityConfig": visible("firewall"),
        "tags": TAGS,
    }


def an_acl(account: Account) -> str:
    return account.create("aws:wafv2/webAcl:WebAcl", **acl_inputs(account))["arn"]


def web_acl(account: Account) -> Case:
    waf = account.client("wafv2")

    def open_the_gate(state: dict[str, Any]) -> None:
        which = {"Name": state["name"], "Scope": "REGIONAL", "Id": state["id"]}
        now = waf.get_web_acl(**which)
        waf.update_web_acl(
            **which,
            LockToken=now["LockToken"],
            DefaultAction={"Allow": {}},
            Rules=[],
            VisibilityConfig=now["WebACL"]["VisibilityConfig"],
        )

    return Case(
        token="aws:wafv2/webAcl:WebAcl",
        inputs=acl_inputs(account),
        changes={
            "description": "Turns away more",
            "defaultAction": {"block": {}},
            "rules": [
                rate_limit(2000),
                managed("SizeRestrictions_BODY", "GenericLFI_BODY"),
                elsewhere("/media"),
            ],
            "visibilityConfig": visible("other"),
            "tags": NEW_TAGS,
        },
        meddle=open_the_gate,
        drift={"rules": []},
    )


def association(account: Account) -> Case:
    return Case(
        token="aws:wafv2/webAclAssociation:WebAclAssociation",
        inputs={"webAclArn": an_acl(account), "resourceArn": a_load_balancer(account)},
        meddle=lambda state: account.client("wafv2").disassociate_web_acl(
            ResourceArn=state["resourceArn"]
        ),
        drift=None,
    )


def log_filter(action: str) -> dict[str, Any]:
    condition = {"actionCondition": {"action": action}}
    kept = {"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": [condition]}
    return {"defaultBehavior": "DROP", "filters": [kept]}


def logging_configuration(account: Account) -> Case:
    acl = an_acl(account)
    return Case(
        token="aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
        inputs={
            "resourceArn": acl,
            "logDestinationConfigs": [f"{LOGS}-one"],
            "redactedFields": [{"singleHeader": {"name": "cookie"}}],
            "loggingFilter": log_filter("BLOCK"),
        },
        changes={
            "logDestinationConfigs": [f"{LOGS}-other"],
            "redactedFields": [{"uriPath": {}}],
            "loggingFilter": log_filter("COUNT"),
        },
        meddle=lambda state: account.client("wafv2").delete_logging_configuration(ResourceArn=acl),
        drift=None,
    )


CASES: tuple[MakeCase, ...] = (web_acl, association, logging_configuration)
