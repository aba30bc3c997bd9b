"""The web application firewall in front of the load balancer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from pulumi_aws import cloudwatch

from components.aws.web_acl import WebAcl, WebAclAssociation, WebAclLoggingConfiguration
from components.identity import Identity

if TYPE_CHECKING:
    from pulumi_aws import wafv2

REQUESTS_PER_ADDRESS = 6_000
RATE_WINDOW_SECONDS = 300
"""20 requests a second for five minutes: more than the people of an office behind one address
ask, less than a script that guesses passwords or reads all messages. A websocket is one request."""

TOO_MANY_REQUESTS = 429

LOG_DAYS = 365
"""Auditors ask who was turned away for a year back."""

LOG_GROUP_PREFIX = "aws-waf-logs-"
"""AWS WAF delivers to log groups of such a name only."""

SECRET_HEADERS = ("authorization", "cookie")
"""What a log must not hold: whoever reads it could act as the user."""

LOGGED_ACTIONS = ("BLOCK", "COUNT")
"""What matched a rule. All other requests stand in the load balancer's own log."""


@dataclass(frozen=True)
class ManagedGroup:
    """Rules that AWS writes and updates, and those of them that are counted and block nothing."""

    name: str
    counted: tuple[str, ...] = ()


MANAGED_GROUPS: Sequence[ManagedGroup] = (
    ManagedGroup("AWSManagedRulesAmazonIpReputationList"),
    # People send each other what they like, code and markup included, and pictures are larger
    # than the 8 KB that a body may have. So what stands in a body is counted, never blocked.
    ManagedGroup(
        "AWSManagedRulesKnownBadInputsRuleSet",
        counted=("JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"),
    ),
    ManagedGroup(
        "AWSManagedRulesCommonRuleSet",
        counted=(
            # Libraries for websockets name no user agent.
            "NoUserAgent_HEADER",
            # People send files of every kind.
            "RestrictedExtensions_URIPATH",
            "RestrictedExtensions_QUERYARGUMENTS",
            "SizeRestrictions_BODY",
            "CrossSiteScripting_BODY",
            "GenericLFI_BODY",
            "GenericRFI_BODY",
            "EC2MetaDataSSRF_BODY",
        ),
    ),
    ManagedGroup("AWSManagedRulesSQLiRuleSet", counted=("SQLi_BODY", "SQLiExtendedPatterns_BODY")),
)
"""In the order in which they are asked: first those that turn away most at the least cost."""


@dataclass(frozen=True, kw_only=True)
class WebFirewallArgs:
    """Which load balancer it guards, and which key encrypts its log."""

    identity: Identity
    load_balancer_arn: pulumi.Input[str]
    kms_key_arn: pulumi.Input[str]


class WebFirewall(pulumi.ComponentResource):
    """A web ACL that turns away floods and known attacks, and a log of what it found."""

    arn: pulumi.Output[str]
    metric_name: str
    """Value of the dimension `WebACL` in CloudWatch, namespace `AWS/WAFV2`."""

    def __init__(
        self, name: str, args: WebFirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("messaging-app:aws:WebFirewall", name, None, opts)
        self.metric_name = args.identity.name(limit=128)
        acl = self._acl(name, args)
        self.arn = acl.arn
        WebAclAssociation(
            f"{name}-association",
            resource_arn=args.load_balancer_arn,
            web_acl_arn=acl.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._log(name, args, acl)
        self.register_outputs({"arn": self.arn})

    def _acl(self, name: str, args: WebFirewallArgs) -> WebAcl:
        managed = [_managed(group, priority) for priority, group in enumerate(MANAGED_GROUPS, 1)]
        return WebAcl(
            f"{name}-acl",
            name=self.metric_name,
            description="Turns away floods and known attacks",
            rules=[_rate_limit(), *managed],
            visibility_config=_visible(self.metric_name),
            tags=args.identity.tags("load-balancer", self.metric_name),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _log(self, name: str, args: WebFirewallArgs, acl: WebAcl) -> None:
        group_name = f"{LOG_GROUP_PREFIX}{args.identity.name(limit=128)}"
        group = cloudwatch.LogGroup(
            f"{name}-log",
            name=group_name,
            kms_key_id=args.kms_key_arn,
            retention_in_days=LOG_DAYS,
            tags=args.identity.tags("audit", group_name),
            opts=pulumi.ResourceOptions(parent=self),
        )
        WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in SECRET_HEADERS],
            logging_filter=_what_matched(),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _rate_limit() -> "wafv2.WebAclRuleArgsDict":
    return {
        "name": "RateLimit",
        "priority": 0,
        "action": {"block": {"custom_response": {"response_code": TOO_MANY_REQUESTS}}},
        "statement": {
            "rate_based_statement": {
                "limit": REQUESTS_PER_ADDRESS,
                "aggregate_key_type": "IP",
                "evaluation_window_sec": RATE_WINDOW_SECONDS,
            }
        },
        "visibility_config": _visible("RateLimit"),
    }


def _managed(group: ManagedGroup, priority: int) -> "wafv2.WebAclRuleArgsDict":
    name = group.name.removeprefix("AWSManagedRules")
    counted: wafv2.WebAclRuleStatementManagedRuleGroupStatementArgsDict = {
        "vendor_name": "AWS",
        "name": group.name,
    }
    if group.counted:
        counted["rule_action_overrides"] = [
            {"name": rule, "action_to_use": {"count": {}}} for rule in group.counted
        ]
    return {
        "name": name,
        "priority": priority,
        # Each of the group's rules does what AWS wrote it to do.
        "override_action": {"none": {}},
        "statement": {"managed_rule_group_statement": counted},
        "visibility_config": _visible(name),
    }


def _visible(metric: str) -> "wafv2.WebAclVisibilityConfigArgsDict":
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": metric,
        "sampled_requests_enabled": True,
    }


def _what_matched() -> "wafv2.WebAclLoggingConfigurationLoggingFilterArgsDict":
    return {
        "default_behavior": "DROP",
        "filters": [
            {
                "behavior": "KEEP",
                "requirement": "MEETS_ANY",
                "conditions": [
                    {"action_condition": {"action": action}} for action in LOGGED_ACTIONS
                ],
            }
        ],
    }
