"""Web ACLs, their association and their log, without the SDK's module for them.

The SDK has a class for each depth to which the statements of a rule may nest, thousands in all, and
imports them together: two fifths of what the whole program takes to import. So the resources are
declared here with the properties that the platform sets. The SDK's types are for the type checker,
and names are translated as the SDK would: `metric_name` to `metricName`, at every depth.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from pulumi_aws import wafv2


class _Resource(pulumi.CustomResource):
    def translate_input_property(self, prop: str) -> str:
        return re.sub("_([a-z])", lambda found: found[1].upper(), prop)


class WebAcl(_Resource):
    """Rules for the requests of one region's load balancers.

    Requests that no rule blocks are let in. The name has at most 128 characters (AWS WAF API,
    CreateWebACL).
    """

    arn: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        name: str,
        description: str,
        rules: "Sequence[wafv2.WebAclRuleArgsDict]",
        visibility_config: "wafv2.WebAclVisibilityConfigArgsDict",
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties: dict[str, Any] = {
            "name": name,
            "description": description,
            "scope": "REGIONAL",
            "default_action": {"allow": {}},
            "rules": rules,
            "visibility_config": visibility_config,
            "tags": tags,
            "arn": None,
        }
        super().__init__("aws:wafv2/webAcl:WebAcl", resource_name, properties, opts)


class WebAclAssociation(_Resource):
    """Puts a web ACL before a load balancer."""

    def __init__(
        self,
        resource_name: str,
        *,
        resource_arn: pulumi.Input[str],
        web_acl_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties = {"resource_arn": resource_arn, "web_acl_arn": web_acl_arn}
        token = "aws:wafv2/webAclAssociation:WebAclAssociation"  # noqa: S105
        super().__init__(token, resource_name, properties, opts)


class WebAclLoggingConfiguration(_Resource):
    """Where a web ACL writes which requests."""

    def __init__(
        self,
        resource_name: str,
        *,
        resource_arn: pulumi.Input[str],
        log_destination_configs: Sequence[pulumi.Input[str]],
        redacted_fields: "Sequence[wafv2.WebAclLoggingConfigurationRedactedFieldArgsDict]",
        logging_filter: "wafv2.WebAclLoggingConfigurationLoggingFilterArgsDict",
        opts: pulumi.ResourceOptions,
    ) -> None:
        properties = {
            "resource_arn": resource_arn,
            "log_destination_configs": log_destination_configs,
            "redacted_fields": redacted_fields,
            "logging_filter": logging_filter,
        }
        token = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"  # noqa: S105
        super().__init__(token, resource_name, properties, opts)
